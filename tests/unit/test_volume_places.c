/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots: names, limits, and what a creation that did not succeed leaves. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES ((1u << 20) + 512)

static struct engine engine;

static void open_engine(void)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){
			.volume_bytes = VOLUME_BYTES, .store_alignment_bytes = 4096 });
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

static int created_result;
static bool created;

static void note_created(struct snapshot_create *create, int result)
{
	(void)create;
	created = true;
	created_result = result;
}

/* ---- names, limits, places ---- */

START_TEST(a_name_is_one_plain_file_name)
{
	static const struct {
		const char *name;
		int error;
	} rows[] = {
		{ "", -EINVAL },
		{ ".", -EINVAL },
		{ "..", -EINVAL },
		{ ".hidden", -EINVAL },
		{ "a/b", -EINVAL },
		{ "/", -EINVAL },
		{ "a\nb", -EINVAL },
		{ "a\x7f", -EINVAL },
		{ "not utf-8: \xff", -EINVAL },
		{ "0123456789012345678901234567890123456789012345678901234567890123", 0 },
		{ "01234567890123456789012345678901234567890123456789012345678901234",
			-ENAMETOOLONG },
		{ "before update", 0 },
		{ "x.store", 0 },
		{ "x.store.new", 0 },
		{ "volume", 0 },
		{ "\xc3\xa4rger", 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ck_assert_msg(
			snapshot_name_check(rows[i].name) == rows[i].error, "'%s'", rows[i].name);
		ck_assert_int_eq(engine_snapshot(&engine, rows[i].name, NULL, NULL), rows[i].error);
	}
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);

	json_t *status = volume_status(engine.volume);

	ck_assert_uint_eq(json_array_size(json_object_get(status, "snapshots")), 6);
	json_decref(status);
}
END_TEST

START_TEST(a_name_is_given_once_at_a_time)
{
	struct snapshot_create creates[2] = {
		{ .name = "s", .done = note_created },
		{ .name = "s", .done = note_created },
	};

	created = false;
	volume_snapshot_create(engine.volume, &creates[0]);
	volume_snapshot_create(engine.volume, &creates[1]);
	ck_assert(created);
	ck_assert_int_eq(created_result, -EEXIST);
	ck_assert_ptr_nonnull(creates[1].refusal);
	engine_settle(&engine);
	ck_assert_int_eq(created_result, 0);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), -EEXIST);
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
}
END_TEST

START_TEST(a_limit_of_nothing_or_of_more_than_twice_the_volume_is_refused)
{
	static const struct {
		const char *limit;
		int error;
	} rows[] = { { "0", -EINVAL }, { "0%", -EINVAL }, { "300%", -EINVAL }, { "1GiB", -EINVAL },
		{ "200%", 0 }, { "4096", 0 }, { "1", 0 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct engine_snapshot_options options = { .limit = rows[i].limit };

		ck_assert_msg(
			engine_snapshot(&engine, rows[i].limit, &options, NULL) == rows[i].error,
			"'%s'", rows[i].limit);
	}
}
END_TEST

START_TEST(a_block_is_a_power_of_two_from_4_to_512_kib)
{
	static const struct {
		uint32_t block_bytes;
		int error;
	} rows[] = { { 1, -EINVAL }, { 512, -EINVAL }, { 2048, -EINVAL }, { 6144, -EINVAL },
		{ 1 << 20, -EINVAL }, { 4096, 0 }, { 512 << 10, 0 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct engine_snapshot_options options = { .block_bytes = rows[i].block_bytes };
		char name[16];

		snprintf(name, sizeof name, "%u", rows[i].block_bytes);
		ck_assert_int_eq(engine_snapshot(&engine, name, &options, NULL), rows[i].error);
	}
}
END_TEST

START_TEST(what_could_not_be_created_leaves_nothing_behind)
{
	memory_disk_fail(engine.disk, BLOCKIO_WRITE, 1, 1, -ENOSPC);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), -ENOSPC);
	ck_assert(!engine_file_exists(&engine, "s.store.new"));
	ck_assert(!engine_file_exists(&engine, "s.store"));
	engine_settle(&engine);
	ck_assert(volume_idle(engine.volume));
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
}
END_TEST

START_TEST(a_creation_that_was_killed_is_not_there)
{
	struct snapshot_create create = { .name = "s", .done = note_created };

	created = false;
	volume_snapshot_create(engine.volume, &create);
	ck_assert(engine_file_exists(&engine, "s.store.new"));
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	ck_assert(!created);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
	ck_assert(!engine_file_exists(&engine, "s.store.new"));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume places");
	TCase *places = tcase_create("names and limits");

	(void)argc;
	tcase_add_checked_fixture(places, open_engine, close_engine);
	tcase_add_test(places, a_name_is_one_plain_file_name);
	tcase_add_test(places, a_name_is_given_once_at_a_time);
	tcase_add_test(places, a_limit_of_nothing_or_of_more_than_twice_the_volume_is_refused);
	tcase_add_test(places, a_block_is_a_power_of_two_from_4_to_512_kib);
	tcase_add_test(places, what_could_not_be_created_leaves_nothing_behind);
	tcase_add_test(places, a_creation_that_was_killed_is_not_there);
	suite_add_tcase(suite, places);
	return engine_suite_run(suite, argv[0]);
}
