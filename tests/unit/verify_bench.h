/* SPDX-License-Identifier: Apache-2.0 */
/* verify_bench.h - what is found of a volume that is closed. */
#ifndef SNAPRIG_TESTS_UNIT_VERIFY_BENCH_H
#define SNAPRIG_TESTS_UNIT_VERIFY_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/store/format.h"
#include "tests/lib/engine.h"

/* The boot of the machine that verifying is told; 0: none. */
extern uint64_t verify_bench_boot_id;

/* How many findings; what they are is kept for the next two. */
uint64_t verify_bench(struct engine *engine);

/* Each line "FILE@OFFSET:WHOSE:WHAT", of notes with "note:" before it. */
const char *verify_bench_text(void);

/* There is a finding, and a line has TEXT in it. */
void verify_bench_expect(struct engine *engine, const char *text);

/* A line has what FORMAT makes in it. */
void verify_bench_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Of NAME, NULL: the live view, it says that a mount refuses BLOCK. */
bool verify_bench_names(const char *name, uint64_t block);

/* How many lines name a block; whether one is a finding that costs more than blocks; and
 * whether one is a finding of the snapshot NAME. */
unsigned verify_bench_blocks(void);
bool verify_bench_says_more(void);
bool verify_bench_says_of(const char *name);

/* The superblock of FILE, to change; superblock_end() makes it check again. */
struct store_superblock *verify_bench_superblock(struct engine *engine, const char *file);
void verify_bench_superblock_end(struct engine *engine, const char *file);

#endif
