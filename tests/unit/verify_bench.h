/* SPDX-License-Identifier: Apache-2.0 */
/* verify_bench.h - what is found of a volume that is closed. */
#ifndef SNAPRIG_TESTS_UNIT_VERIFY_BENCH_H
#define SNAPRIG_TESTS_UNIT_VERIFY_BENCH_H

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

/* The superblock of FILE, to change; superblock_end() makes it check again. */
struct store_superblock *verify_bench_superblock(struct engine *engine, const char *file);
void verify_bench_superblock_end(struct engine *engine, const char *file);

#endif
