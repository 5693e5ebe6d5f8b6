/* SPDX-License-Identifier: Apache-2.0 */
/* grow_bench.h - a volume that is made longer, step by step. */
#ifndef SNAPRIG_TESTS_UNIT_GROW_BENCH_H
#define SNAPRIG_TESTS_UNIT_GROW_BENCH_H

#include "simfs/volume/grow.h"
#include "tests/lib/engine.h"

#define GROW_FROM_BYTES (1u << 20)
#define GROW_TO_BYTES	(2u << 20)
#define GROW_PART_BYTES 65536u

/* More than any growth takes, one that is undone included. */
#define GROW_STEPS_MAX 12u

extern struct engine grow_engine;

/* Of grow_begin(). */
extern struct volume_growth grow_growth;
extern bool grow_has_ended;
extern int grow_result;

/* Opens a volume whose last GROW_PART_BYTES are those of stamp 1. */
void grow_open_seeded(const char *profile, uint64_t seed);
void grow_open(const char *profile);

/* Starts to make it GROW_TO_BYTES long. */
void grow_begin(void);

/* Makes it BYTES long: what came of it. */
int grow_to(uint64_t bytes);

/* So many completions, or all. */
void grow_steps(uint64_t count);

uint64_t grow_image_bytes(void);

/* The part at AT of SNAPSHOT or the live view is that of STAMP; 0: zeros. */
void grow_expect(struct snapshot *snapshot, uint64_t at, uint64_t stamp);

/* The volume has BYTES, and can be used and mounted as any other; takes the snapshot "after". */
void grow_expect_sound(uint64_t bytes);

#endif
