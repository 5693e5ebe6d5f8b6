/* SPDX-License-Identifier: Apache-2.0 */
/* chain_bench.h - an engine with a chain, and what tests of chains do with it. */
#ifndef SNAPRIG_TESTS_UNIT_CHAIN_BENCH_H
#define SNAPRIG_TESTS_UNIT_CHAIN_BENCH_H

#include "tests/lib/engine.h"

/* OPTIONS with the profile xen and a stepped clock; VOLUME_BYTES unless they say another size. */
void chain_bench_init(
	struct engine *engine, uint64_t volume_bytes, const struct engine_options *options);

/* Of the live view, or of the snapshot or clone NAME. */
uint64_t chain_bench_depth(struct engine *engine);
uint64_t chain_bench_depth_of(struct engine *engine, const char *name);

/* Nodes of all trees, the image included. */
uint64_t chain_bench_nodes(struct engine *engine);

/* What the storage manager has logged, until the next call. */
const char *chain_bench_log(struct engine *engine);

/* Writes to four places, different ones for each ROUND, of clone NAME or of the live view. */
void chain_bench_write(struct engine *engine, const char *name, unsigned round);

/* Takes and deletes the snapshot "s" INDEX. */
void chain_bench_take(struct engine *engine, unsigned index);
void chain_bench_drop(struct engine *engine, unsigned index);

/* Makes NAME of KIND of OF; what it is answered with. */
int chain_bench_make(
	struct engine *engine, enum snapshot_kind kind, const char *of, const char *name);

/* Coalesces until nothing more can be merged. */
void chain_bench_coalesce(struct engine *engine);

#endif
