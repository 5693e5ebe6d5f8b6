/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/image_bench.h"

#include <check.h>

#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

static struct engine *const engine = &bench_engine;

static void open_with(const struct engine_options *options)
{
	struct engine_options stepped = *options;

	stepped.volume_bytes = BENCH_VOLUME_BYTES;
	stepped.step_ns = NS_PER_MS;
	engine_init(engine, engine_seed(), &stepped);
	bench_fill();
	ck_assert_int_eq(engine_snapshot(engine, "s", NULL, NULL), 0);
	bench_write(0, IMAGE_PRESERVED_BYTES, 2);
}

void image_bench_open(void)
{
	open_with(&(struct engine_options){ 0 });
}

void image_bench_open_chain(void)
{
	open_with(&(struct engine_options){ .profile = &profile_xen, .no_coalesce = true });
}

int image_bench_read(const char *snapshot, uint64_t offset)
{
	uint8_t byte;

	return engine_read(
		engine, snapshot ? engine_find(engine, snapshot) : NULL, offset, &byte, 1);
}

uint64_t image_bench_file_bytes(const char *name)
{
	uint64_t size_bytes;

	engine_file(engine, name, &size_bytes);
	return size_bytes;
}

void image_bench_reopen(void)
{
	ck_assert_int_eq(engine_close(engine), 0);
	ck_assert_int_eq(engine_open(engine), 0);
}
