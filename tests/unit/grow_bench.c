/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/grow_bench.h"

#include <check.h>
#include <string.h>

#include "tests/lib/engine_suite.h"

struct engine grow_engine;
struct volume_growth grow_growth;
bool grow_has_ended;
int grow_result;

static void grown(struct volume_growth *ended, int result)
{
	ck_assert_ptr_eq(ended, &grow_growth);
	ck_assert(!grow_has_ended);
	grow_has_ended = true;
	grow_result = result;
}

void grow_open_seeded(const char *profile, uint64_t seed)
{
	engine_init(&grow_engine, seed,
		&(struct engine_options){ .volume_bytes = GROW_FROM_BYTES,
			.profile = profile_find(profile),
			.limit = strcmp(profile, "xen") == 0 ? NULL : "200%",
			.power_cuts = true });
	ck_assert_int_eq(
		engine_write(&grow_engine, GROW_FROM_BYTES - GROW_PART_BYTES, GROW_PART_BYTES, 1),
		0);
	ck_assert_int_eq(engine_flush(&grow_engine), 0);
}

void grow_open(const char *profile)
{
	grow_open_seeded(profile, engine_seed());
}

void grow_begin(void)
{
	grow_has_ended = false;
	grow_growth = (struct volume_growth){ .bytes = GROW_TO_BYTES, .done = grown };
	volume_grow(grow_engine.volume, &grow_growth);
}

int grow_to(uint64_t bytes)
{
	const char *why = NULL;
	int error = engine_grow(&grow_engine, bytes, &why);

	ck_assert(error == 0 || why);
	return error;
}

void grow_steps(uint64_t count)
{
	while (count-- > 0 && engine_step(&grow_engine))
		continue;
}

uint64_t grow_image_bytes(void)
{
	uint64_t bytes;

	engine_file(&grow_engine, ENGINE_IMAGE, &bytes);
	return bytes;
}

void grow_expect(struct snapshot *snapshot, uint64_t at, uint64_t stamp)
{
	static uint8_t found[GROW_PART_BYTES], wanted[GROW_PART_BYTES];

	memset(wanted, 0, sizeof wanted);
	if (stamp)
		engine_stamp_fill(wanted, sizeof wanted, stamp);
	ck_assert_int_eq(engine_read(&grow_engine, snapshot, at, found, sizeof found), 0);
	ck_assert_mem_eq(found, wanted, sizeof found);
}

void grow_expect_sound(uint64_t bytes)
{
	ck_assert_uint_eq(volume_bytes(grow_engine.volume), bytes);
	ck_assert_uint_eq(grow_image_bytes(), bytes);
	grow_expect(NULL, GROW_FROM_BYTES - GROW_PART_BYTES, 1);
	ck_assert_int_eq(
		engine_write(&grow_engine, bytes - GROW_PART_BYTES, GROW_PART_BYTES, 1), 0);
	ck_assert_int_eq(engine_snapshot(&grow_engine, "after", NULL, NULL), 0);
	ck_assert_int_eq(
		engine_write(&grow_engine, bytes - GROW_PART_BYTES, GROW_PART_BYTES, 2), 0);
	ck_assert_int_eq(engine_kill_and_open(&grow_engine), 0);
	ck_assert_uint_eq(volume_bytes(grow_engine.volume), bytes);
	ck_assert(!engine_has_failed(engine_find(&grow_engine, "after"), NULL));
	grow_expect(engine_find(&grow_engine, "after"), bytes - GROW_PART_BYTES, 1);
	grow_expect(NULL, bytes - GROW_PART_BYTES, 2);
}
