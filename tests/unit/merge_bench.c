/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/merge_bench.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_views.h"
#include "tests/unit/chain_bench.h"

struct engine merge_bench_engine;
struct volume_limits merge_bench_limits;
uint64_t merge_bench_rate;
static uint8_t *live, *oldest, *latest;
uint64_t merge_bench_nodes;

static void write_runs(uint64_t first, uint64_t distance, uint64_t stamp)
{
	for (uint64_t i = 0; i < RUNS; i++)
		ck_assert_int_eq(engine_write(&merge_bench_engine, (first + i * distance) * BLOCK,
					 BLOCK, stamp + i),
			0);
}

void merge_bench_note_live(void)
{
	free(live);
	live = engine_content(&merge_bench_engine, NULL);
}

/* RUNS runs of a block each, of which some lie in the parent already; the last block is one. */
void merge_bench_make(enum merge_bench_kind kind)
{
	bool into_node = kind >= LEAF_INTO_NODE;

	chain_bench_init(&merge_bench_engine, VOLUME_BYTES,
		&(struct engine_options){ .no_coalesce = true,
			.limits = &merge_bench_limits,
			.coalesce_bytes_per_second = merge_bench_rate,
			.jump_ns = merge_bench_rate > 0 ? NS_PER_S : 0 });
	write_runs(0, 1, 1);
	chain_bench_take(&merge_bench_engine, 0);
	if (into_node) {
		write_runs(2, 4, 100);
		chain_bench_take(&merge_bench_engine, 1);
	}
	write_runs(0, 6, 200);
	ck_assert_int_eq(engine_write(&merge_bench_engine, VOLUME_BYTES - BLOCK, BLOCK, 300), 0);
	if (kind == BASE_INTO_IMAGE || kind == BASE_INTO_NODE) {
		chain_bench_take(&merge_bench_engine, 2);
		latest = engine_content(
			&merge_bench_engine, engine_find(&merge_bench_engine, "s2"));
		ck_assert_int_eq(engine_write(&merge_bench_engine, 7 * BLOCK, BLOCK, 400), 0);
	}
	if (into_node)
		oldest = engine_content(
			&merge_bench_engine, engine_find(&merge_bench_engine, "s0"));
	chain_bench_drop(&merge_bench_engine, into_node ? 1 : 0);
	merge_bench_note_live();
	merge_bench_nodes = chain_bench_nodes(&merge_bench_engine);
}

static void expect(uint8_t *wanted, const char *name)
{
	if (wanted)
		view_check(&merge_bench_engine,
			name ? engine_find(&merge_bench_engine, name) : NULL, wanted);
}

void merge_bench_expect_contents(void)
{
	expect(live, NULL);
	expect(oldest, "s0");
	expect(latest, "s2");
}

void merge_bench_end(void)
{
	free(live);
	free(oldest);
	free(latest);
	live = oldest = latest = NULL;
	engine_deinit(&merge_bench_engine);
}

void merge_bench_begin(void)
{
	ck_assert_int_eq(volume_coalesce(merge_bench_engine.volume, false), 0);
}

void merge_bench_merge(void)
{
	merge_bench_begin();
	engine_settle(&merge_bench_engine);
}

/* It is merged by now, or when it is tried once more. */
void merge_bench_expect_merged(void)
{
	merge_bench_expect_contents();
	if (chain_bench_nodes(&merge_bench_engine) == merge_bench_nodes)
		merge_bench_merge();
	ck_assert_uint_lt(chain_bench_nodes(&merge_bench_engine), merge_bench_nodes);
	merge_bench_expect_contents();
	ck_assert_int_eq(engine_kill_and_open(&merge_bench_engine), 0);
	merge_bench_expect_contents();
}

void merge_bench_set_up(void)
{
	merge_bench_limits = volume_limits_default;
	merge_bench_rate = 0;
}

static uint64_t next_bytes;

static void note_order(void *context, const char *name, const struct blockio_request *request)
{
	uint64_t *written = context;

	(void)name;
	if (request->kind != BLOCKIO_WRITE)
		return;
	ck_assert_uint_ge(request->offset, next_bytes);
	next_bytes = request->offset + request->iov[0].iov_len;
	++*written;
}

void merge_bench_watch(uint64_t *written)
{
	next_bytes = 0;
	engine_folder_watch(merge_bench_engine.image_folder, note_order, written);
}
