/* SPDX-License-Identifier: Apache-2.0 */
/* engine_load_internal.h - shared by the engine_load*.c files only. */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_LOAD_INTERNAL_H
#define SNAPRIG_TESTS_LIB_ENGINE_LOAD_INTERNAL_H

#include "tests/lib/engine_load.h"

/* Streams of chance, of which every operation has one value each. */
enum chance {
	CHANCE_KIND,
	CHANCE_PAUSE,
	CHANCE_LENGTH,
	CHANCE_LENGTH_SCALE,
	CHANCE_OFFSET,
	CHANCE_PLACE,
	CHANCE_SNAPSHOT,
	CHANCE_BLOCK,
	CHANCE_HOLD,
	CHANCE_SOURCE,
	CHANCES,
};

/* Below BOUND, by the seed and the operation alone. */
uint64_t load_chance(const struct load *load, enum chance which, uint64_t bound);

/* REQUEST, a write to a chain, has failed: a kill may bring it, unless a later one succeeds. */
void load_doubt_add(struct load *load, const struct volume_request *request);

/* REQUEST, a write, has succeeded: what failed before it does not come any more. */
void load_doubt_over(struct load *load, const struct volume_request *request);

/* After a kill IMAGE is what is there: the array follows it where a failed write has come. */
void load_doubts_settle(struct load *load, const uint8_t *image);
void load_doubts_forget(struct load *load);

struct load_snapshot *load_choose_snapshot(struct load *load);

/* Lets the writes go on that a creation holds. */
void load_release_held(struct load *load);

/* Each starts an operation of its kind, or does nothing where there is no occasion. */
void load_start_create(struct load *load);
void load_start_clone(struct load *load);
void load_start_delete(struct load *load);

#endif
