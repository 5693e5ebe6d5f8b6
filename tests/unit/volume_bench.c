/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/volume_bench.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct engine bench_engine;
uint8_t bench_live[BENCH_VOLUME_BYTES], bench_content[BENCH_VOLUME_BYTES];

void bench_fill(void)
{
	ck_assert_int_eq(engine_write(&bench_engine, 0, BENCH_VOLUME_BYTES, 1), 0);
	engine_stamp_fill(bench_live, BENCH_VOLUME_BYTES, 1);
	memcpy(bench_content, bench_live, BENCH_VOLUME_BYTES);
}

void bench_close(void)
{
	engine_deinit(&bench_engine);
}

void bench_write(uint64_t offset, size_t length, uint64_t stamp)
{
	ck_assert_int_eq(engine_write(&bench_engine, offset, length, stamp), 0);
	engine_stamp_fill(bench_live + offset, length, stamp);
}

void bench_expect_live(void)
{
	uint8_t *found = engine_content(&bench_engine, NULL);

	ck_assert_mem_eq(found, bench_live, BENCH_VOLUME_BYTES);
	free(found);
}

void bench_expect_failed(const char *name, int error)
{
	struct snapshot *snapshot = engine_find(&bench_engine, name);
	uint8_t bytes[8192];
	int found;

	ck_assert(engine_has_failed(snapshot, &found));
	ck_assert_int_eq(found, error);
	for (uint64_t offset = 0; offset < BENCH_VOLUME_BYTES; offset += sizeof bytes)
		ck_assert_int_eq(
			engine_read(&bench_engine, snapshot, offset, bytes, sizeof bytes), -EIO);
}

void bench_expect_whole(const char *name)
{
	struct snapshot *snapshot = engine_find(&bench_engine, name);
	uint8_t *found;

	ck_assert(!engine_has_failed(snapshot, NULL));
	found = engine_content(&bench_engine, snapshot);
	ck_assert_mem_eq(found, bench_content, BENCH_VOLUME_BYTES);
	free(found);
}
