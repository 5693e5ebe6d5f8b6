/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vss_bench.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_suite.h"

struct engine vss_engine;
uint64_t vss_stamps[VSS_BLOCKS];

void vss_write(unsigned block, uint64_t stamp)
{
	ck_assert_int_eq(
		engine_write(&vss_engine, (uint64_t)block * VSS_BLOCK, VSS_BLOCK, stamp), 0);
	vss_stamps[block] = stamp;
}

void vss_start(const char *limit)
{
	vss_start_seeded(limit, engine_seed());
}

void vss_start_seeded(const char *limit, uint64_t seed)
{
	engine_init(&vss_engine, seed,
		&(struct engine_options){ .volume_bytes = VSS_BLOCKS * VSS_BLOCK,
			.profile = profile_find("vss"),
			.limit = limit });
	for (unsigned i = 0; i < VSS_BLOCKS; i++)
		vss_write(i, i + 1);
}

void vss_snapshot(const char *name)
{
	ck_assert_int_eq(engine_snapshot(&vss_engine, name, NULL, NULL), 0);
}

void vss_check(struct snapshot *of, const uint64_t expected[VSS_BLOCKS])
{
	uint8_t *content = engine_content(&vss_engine, of);
	uint8_t block[VSS_BLOCK];

	for (unsigned i = 0; i < VSS_BLOCKS; i++) {
		engine_stamp_fill(block, VSS_BLOCK, expected[i]);
		ck_assert_msg(memcmp(content + (size_t)i * VSS_BLOCK, block, VSS_BLOCK) == 0,
			"block %u is not what it should be", i);
	}
	free(content);
}

uint64_t vss_used_bytes(struct snapshot *of)
{
	json_t *status = snapshot_status(of);
	json_t *store = json_object_get(status, "store");
	uint64_t used = (uint64_t)json_integer_value(json_object_get(store, "used_bytes"));

	json_decref(status);
	return used;
}

uint64_t vss_area_bytes(void)
{
	uint64_t bytes = 0;

	for (struct snapshot *at = volume_snapshot_next(vss_engine.volume, NULL); at;
		at = volume_snapshot_next(vss_engine.volume, at))
		bytes += vss_used_bytes(at);
	return bytes;
}
