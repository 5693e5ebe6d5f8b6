/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/chain_bench.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

void chain_bench_init(
	struct engine *engine, uint64_t volume_bytes, const struct engine_options *options)
{
	struct engine_options own = *options;

	own.profile = &profile_xen;
	own.volume_bytes = own.volume_bytes ? own.volume_bytes : volume_bytes;
	own.step_ns = NS_PER_MS;
	engine_init(engine, engine_seed(), &own);
}

uint64_t chain_bench_depth(struct engine *engine)
{
	return gauge_value(volume_gauges(engine->volume), GAUGE_CHAIN_DEPTH);
}

uint64_t chain_bench_depth_of(struct engine *engine, const char *name)
{
	json_t *status = snapshot_status(engine_find(engine, name));
	json_int_t depth = json_integer_value(json_object_get(status, "depth"));

	json_decref(status);
	return (uint64_t)depth;
}

uint64_t chain_bench_nodes(struct engine *engine)
{
	json_t *status = volume_status(engine->volume);
	size_t count = json_array_size(json_object_get(status, "nodes"));

	json_decref(status);
	return count;
}

const char *chain_bench_log(struct engine *engine)
{
	const struct text_log *log = volume_kernel_log(engine->volume);
	static char text[1 << 16];
	size_t length = log->length < sizeof text - 1 ? log->length : sizeof text - 1;

	memcpy(text, log->text, length);
	text[length] = '\0';
	return text;
}

void chain_bench_write(struct engine *engine, const char *name, unsigned round)
{
	for (unsigned i = 0; i < 4; i++) {
		uint64_t offset = (round * 37 + i * 911) % 4000 * 4096 + i * 100;
		uint64_t left = volume_bytes(engine->volume) - 9000;
		int error;

		offset %= left;
		error = name ? engine_write_to(engine, name, offset, 9000, round * 10 + i)
			     : engine_write(engine, offset, 9000, round * 10 + i);
		ck_assert_int_eq(error, 0);
	}
}

void chain_bench_take(struct engine *engine, unsigned index)
{
	char name[16];

	snprintf(name, sizeof name, "s%u", index);
	ck_assert_int_eq(engine_snapshot(engine, name, NULL, NULL), 0);
}

void chain_bench_drop(struct engine *engine, unsigned index)
{
	char name[16];

	snprintf(name, sizeof name, "s%u", index);
	ck_assert_int_eq(engine_delete(engine, name), 0);
}

int chain_bench_make(
	struct engine *engine, enum snapshot_kind kind, const char *of, const char *name)
{
	return engine_snapshot(
		engine, name, &(struct engine_snapshot_options){ .kind = kind, .of = of }, NULL);
}

void chain_bench_coalesce(struct engine *engine)
{
	ck_assert_int_eq(volume_coalesce(engine->volume, false), 0);
	engine_settle(engine);
}
