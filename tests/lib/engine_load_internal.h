/* SPDX-License-Identifier: Apache-2.0 */
/* engine_load_internal.h - shared by the engine_load*.c files only. */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_LOAD_INTERNAL_H
#define SNAPRIG_TESTS_LIB_ENGINE_LOAD_INTERNAL_H

#include "tests/lib/engine_load.h"

/* Streams of random numbers; every operation has one value of each. */
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

/* Returns a number below BOUND that depends only on the seed and the operation. */
uint64_t load_chance(const struct load *load, enum chance which, uint64_t bound);

/* REQUEST, a write to a chain, has failed: a kill may bring it, unless a later write succeeds. */
void load_doubt_add(struct load *load, const struct volume_request *request);

/* REQUEST, a write, has succeeded: earlier failed writes of its bytes can no longer appear. */
void load_doubt_over(struct load *load, const struct volume_request *request);

/* After a kill, IMAGE is what exists: updates the array where a failed write has appeared. */
void load_doubts_settle(struct load *load, const uint8_t *image);
void load_doubts_forget(struct load *load);

struct load_snapshot *load_choose_snapshot(struct load *load);

/* Releases the writes that a creation holds. */
void load_release_held(struct load *load);

/* Each starts an operation of its kind, or does nothing if that is not possible. */
void load_start_create(struct load *load);
void load_start_clone(struct load *load);
void load_start_delete(struct load *load);

#endif
