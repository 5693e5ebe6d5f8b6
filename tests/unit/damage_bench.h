/* SPDX-License-Identifier: Apache-2.0 */
/* damage_bench.h - one store of five segments, killed or closed, to be spoilt. */
#ifndef SNAPRIG_TESTS_UNIT_DAMAGE_BENCH_H
#define SNAPRIG_TESTS_UNIT_DAMAGE_BENCH_H

#include "tests/lib/engine_store.h"

#define DAMAGE_SEGMENTS 5

/* Blocks FIRST, FIRST + 1, ... in the segment that begins at UNIT. */
struct damage_segment {
	uint64_t first;
	uint64_t count;
	uint64_t unit;
};

/* And where the last one ends; in a closed store a summary begins there. */
extern const struct damage_segment damage_segments[DAMAGE_SEGMENTS + 1];

extern struct store_bench damage_bench;

/* The file as it was left. */
extern uint8_t *damage_saved;
extern uint64_t damage_saved_bytes;

/* Fixtures: the store is there and not open. */
void damage_open_killed(void);
void damage_open_closed(void);
void damage_close(void);

/* The first COUNT segments are there with the right bytes, and nothing else. */
void damage_expect_segments(int count);

/* How many segments end at or before OFFSET. */
int damage_whole_before(uint64_t offset);

/* Opens the store, which is refused at OFFSET. */
void damage_expect(uint64_t offset);

/* Opens a store whose data may be wrong: it knows where all of it lies. */
void damage_expect_places(void);

#endif
