/* SPDX-License-Identifier: Apache-2.0 */
/* volume_bench.h - a volume whose snapshots are about to fail, and what must still hold. */
#ifndef SNAPRIG_TESTS_UNIT_VOLUME_BENCH_H
#define SNAPRIG_TESTS_UNIT_VOLUME_BENCH_H

#include "tests/lib/engine.h"

#define BENCH_VOLUME_BYTES (1u << 20)

extern struct engine bench_engine;

/* What the live view must hold, and what a snapshot taken after bench_fill(). */
extern uint8_t bench_live[BENCH_VOLUME_BYTES], bench_content[BENCH_VOLUME_BYTES];

/* Fills the opened volume; for open fixtures. */
void bench_fill(void);
void bench_close(void);

/* A write that must succeed. */
void bench_write(uint64_t offset, size_t length, uint64_t stamp);

void bench_expect_live(void);

/* The snapshot NAME has failed with ERROR, and every read of it gives EIO. */
void bench_expect_failed(const char *name, int error);

/* The snapshot NAME is active and reads as bench_content. */
void bench_expect_whole(const char *name);

#endif
