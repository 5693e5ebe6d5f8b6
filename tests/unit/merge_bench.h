/* SPDX-License-Identifier: Apache-2.0 */
/* merge_bench.h - a chain with one node to merge, of many runs of a block each. */
#ifndef SNAPRIG_TESTS_UNIT_MERGE_BENCH_H
#define SNAPRIG_TESTS_UNIT_MERGE_BENCH_H

#include "simfs/volume/volume_limits.h"
#include "tests/lib/engine.h"

#define VOLUME_BYTES (1u << 20)
#define RUNS	     24u
#define BLOCK	     4096ul

/* What is merged into what. */
enum merge_bench_kind {
	LEAF_INTO_IMAGE,
	BASE_INTO_IMAGE,
	LEAF_INTO_NODE,
	BASE_INTO_NODE,
	KINDS,
};

extern struct engine merge_bench_engine;
extern struct volume_limits merge_bench_limits; /* of the next one that is made */
extern uint64_t merge_bench_rate;		/* the same; 0: none */
extern uint64_t merge_bench_nodes;		/* before the merge */

/* For a checked fixture: the default limits, and no rate. */
void merge_bench_set_up(void);

/* RUNS runs and the last block of the volume are to be merged, of which some lie in the parent. */
void merge_bench_make(enum merge_bench_kind kind);
void merge_bench_end(void);

/* It was written to since. */
void merge_bench_note_live(void);

/* Begins to merge; the other one steps until nothing is under way. */
void merge_bench_begin(void);
void merge_bench_merge(void);

/* Live view and snapshots read as when it was made. */
void merge_bench_expect_contents(void);

/* It is merged by now, or when it is tried once more; the contents are the same all along. */
void merge_bench_expect_merged(void);

/* Counts writes to the image from now on, which must come in the order of their offsets. */
void merge_bench_watch(uint64_t *written);

#endif
