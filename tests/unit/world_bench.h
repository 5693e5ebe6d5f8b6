/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_bench.h - a private namespace with a /dev of its own, as a world has, and a loop
 * device on a plain file: for tests of what the world of the dm door does with devices.
 */
#ifndef SNAPRIG_TESTS_WORLD_BENCH_H
#define SNAPRIG_TESTS_WORLD_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include <check.h>
#include <sys/types.h>

#include "simfs/doors/dm/machine/loops.h"

#define WORLD_BENCH_BYTES (8u << 20)

struct world_bench {
	int dev_fd; /* the folder dev/, a tmpfs */
	uint64_t dev_device;
	int file_fd; /* the file `disk', of WORLD_BENCH_BYTES */
	struct loop_device loop;
};

extern struct world_bench world_bench;

/* A test runs in a folder of its own; the loop device goes at its end. */
void world_bench_setup(void);
void world_bench_teardown(void);

/* Has dev/NAME lead to the loop device. */
void world_bench_node(const char *name);

/* A process of the world that does what it is told: DOES runs in it, then it waits to be ended. */
pid_t world_bench_process(void (*does)(void));
void world_bench_end(pid_t process);

/* Runs the suite NAME, or skips where there is no root or no loop device. */
int world_bench_main(const char *name, const char *program, void (*add_tests)(TCase *tests));

#endif
