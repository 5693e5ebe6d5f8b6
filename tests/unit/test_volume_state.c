/* SPDX-License-Identifier: Apache-2.0 */
/* Opening what a folder holds: whole, damaged, foreign and missing state. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (1u << 20)

static struct engine engine, other;
static uint8_t live[VOLUME_BYTES], content[2][VOLUME_BYTES];

static void write_live(uint64_t offset, size_t length, uint64_t stamp)
{
	ck_assert_int_eq(engine_write(&engine, offset, length, stamp), 0);
	engine_stamp_fill(live + offset, length, stamp);
}

/* Two snapshots, "a" and "b", and a write behind each. */
static void open_seeded(uint64_t seed)
{
	engine_init(&engine, seed, &(struct engine_options){ .volume_bytes = VOLUME_BYTES });
	memset(live, 0, VOLUME_BYTES);
	write_live(0, 100000, 1);
	ck_assert_int_eq(engine_snapshot(&engine, "a", NULL, NULL), 0);
	memcpy(content[0], live, VOLUME_BYTES);
	write_live(50000, 100000, 2);
	ck_assert_int_eq(engine_snapshot(&engine, "b", NULL, NULL), 0);
	memcpy(content[1], live, VOLUME_BYTES);
	write_live(0, 200000, 3);
}

static void open_engine(void)
{
	open_seeded(engine_seed());
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

static void expect_whole(const char *name, const uint8_t *bytes)
{
	struct snapshot *snapshot = name ? engine_find(&engine, name) : NULL;
	uint8_t *found = engine_content(&engine, snapshot);

	ck_assert_mem_eq(found, bytes, VOLUME_BYTES);
	free(found);
}

static void expect_lost(const char *name)
{
	struct snapshot *snapshot = engine_find(&engine, name);
	uint8_t byte;
	int error;

	ck_assert(engine_has_failed(snapshot, &error));
	ck_assert_int_eq(error, -EUCLEAN);
	ck_assert_int_eq(engine_read(&engine, snapshot, 0, &byte, 1), -EIO);
}

static void flip(const char *name, uint64_t offset)
{
	uint64_t size_bytes;
	uint8_t *bytes = engine_file(&engine, name, &size_bytes);

	ck_assert_uint_lt(offset, size_bytes);
	bytes[offset] ^= 1;
}

START_TEST(snapshots_come_back_in_order_of_creation)
{
	for (int round = 0; round < 10; round++) {
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);

		struct snapshot *first = volume_snapshot_next(engine.volume, NULL);
		struct snapshot *second = volume_snapshot_next(engine.volume, first);

		ck_assert_str_eq(snapshot_name(first), "a");
		ck_assert_str_eq(snapshot_name(second), "b");
		ck_assert_ptr_null(volume_snapshot_next(engine.volume, second));
		ck_assert_int_gt(snapshot_created_seconds(first), 1700000000);
	}
	expect_whole("a", content[0]);
	expect_whole("b", content[1]);
}
END_TEST

START_TEST(a_damaged_snapshot_is_lost_and_the_other_stays)
{
	engine_kill(&engine);
	flip("a.store", STORE_UNIT_BYTES + 100);
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("a");
	expect_whole("b", content[1]);
	expect_whole(NULL, live);
	write_live(0, VOLUME_BYTES, 4);
	expect_whole("b", content[1]);
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("a");
	ck_assert_int_eq(engine_delete(&engine, "a"), 0);
	expect_whole("b", content[1]);
}
END_TEST

/* Each is found by its id, and "b" is the only one that reads. */
static void expect_own_ids(const char *const names[3])
{
	for (int i = 0; i < 3; i++) {
		struct snapshot *snapshot = engine_find(&engine, names[i]);

		ck_assert_ptr_eq(
			volume_snapshot_by_id(engine.volume, snapshot_id(snapshot)), snapshot);
		if (strcmp(names[i], "b") != 0)
			expect_lost(names[i]);
	}
	expect_whole("b", content[1]);
	/* What cannot be read comes last. */
	ck_assert_str_eq(snapshot_name(volume_snapshot_next(engine.volume, NULL)), "b");
}

/* Whatever order the folder lists its files in. */
START_TEST(snapshots_without_a_superblock_take_nobodys_id)
{
	static const char *const names[3] = { "a", "b", "c" };

	for (uint64_t seed = 0; seed < 20; seed++) {
		close_engine();
		open_seeded(seed);
		ck_assert_int_eq(engine_snapshot(&engine, "c", NULL, NULL), 0);
		engine_kill(&engine);
		flip("a.store", 8);
		flip("c.store", 8);
		ck_assert_int_eq(engine_open(&engine), 0);
		expect_own_ids(names);
		ck_assert_int_eq(engine_snapshot(&engine, "d", NULL, NULL), 0);
		expect_own_ids(names);
		ck_assert_ptr_eq(volume_snapshot_by_id(
					 engine.volume, snapshot_id(engine_find(&engine, "d"))),
			engine_find(&engine, "d"));
		ck_assert_int_eq(engine_delete(&engine, "a"), 0);
		ck_assert_int_eq(engine_delete(&engine, "c"), 0);
	}
}
END_TEST

static void copy_file(struct engine *from, const char *name, struct engine *to, const char *as)
{
	uint64_t size_bytes, size_now_bytes;
	uint8_t *bytes = engine_file(from, name, &size_bytes);
	struct blockio *io;

	MUST(to->folder->ops->open(to->folder, as, !engine_file_exists(to, as), &io) == 0);
	MUST(io->ops->resize(io, size_bytes) == 0);
	blockio_destroy(io);
	bytes = engine_file(from, name, &size_bytes);
	memcpy(engine_file(to, as, &size_now_bytes), bytes, size_bytes);
}

/* The next mount might read it rightly, and nobody has preserved for it meanwhile. */
START_TEST(a_damaged_snapshot_stays_lost_when_its_damage_is_gone)
{
	engine_kill(&engine);
	flip("a.store", STORE_UNIT_BYTES + 100);
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("a");
	write_live(0, VOLUME_BYTES, 4);
	ck_assert_int_eq(engine_close(&engine), 0);
	flip("a.lost", STORE_UNIT_BYTES + 100);
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("a");
	expect_whole("b", content[1]);
}
END_TEST

/* It cannot be marked: nobody knows where its first block is. */
START_TEST(a_snapshot_that_one_mount_has_misread_stays_lost)
{
	static const char *const rules[] = { "store.recover zero times=1 snapshot=a" };

	engine_kill(&engine);
	engine.volume_options.faults.rules = rules;
	engine.volume_options.faults.rule_count = 1;
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("a");
	write_live(0, VOLUME_BYTES, 4);
	ck_assert_int_eq(engine_close(&engine), 0);
	engine.volume_options.faults.rule_count = 0;
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("a");
	ck_assert(!engine_file_exists(&engine, "a.store"));
	/* Its name is free again when it is deleted, and its file is gone. */
	ck_assert_int_eq(engine_snapshot(&engine, "a", NULL, NULL), -EEXIST);
	ck_assert_int_eq(engine_delete(&engine, "a"), 0);
	ck_assert(!engine_file_exists(&engine, "a.lost"));
	ck_assert_int_eq(engine_snapshot(&engine, "a", NULL, NULL), 0);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	ck_assert(!engine_has_failed(engine_find(&engine, "a"), NULL));
}
END_TEST

START_TEST(a_lost_snapshot_and_a_store_of_its_name_are_no_volume)
{
	engine_kill(&engine);
	copy_file(&engine, "a.store", &engine, "a.lost");
	ck_assert_int_eq(engine_open(&engine), -EEXIST);
	copy_file(&engine, "b.store", &engine, "a.store");
	ck_assert(engine_file_exists(&engine, "a.lost"));
	ck_assert_int_eq(engine.folder->ops->remove(engine.folder, "a.lost"), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("a");
}
END_TEST

START_TEST(a_store_of_another_volume_is_not_believed)
{
	engine_init(&other, engine_seed() + 1,
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES });
	ck_assert_int_eq(engine_snapshot(&other, "a", NULL, NULL), 0);
	ck_assert_int_eq(engine_write(&other, 0, 4096, 9), 0);
	ck_assert_int_eq(engine_close(&other), 0);
	ck_assert_int_eq(engine_close(&engine), 0);
	copy_file(&other, "a.store", &engine, "a.store");
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("a");
	expect_whole("b", content[1]);
	ck_assert_int_eq(engine_close(&engine), 0);

	/* It is still worth something where it belongs. */
	uint64_t size_bytes, other_bytes;
	const uint8_t *bytes = engine_file(&engine, "a.store", &size_bytes);

	ck_assert_mem_eq(engine_file(&other, "a.store", &other_bytes), bytes, size_bytes);
	ck_assert_uint_eq(other_bytes, size_bytes);
	engine_deinit(&other);
}
END_TEST

START_TEST(a_store_under_another_name_is_not_believed)
{
	ck_assert_int_eq(engine_close(&engine), 0);
	copy_file(&engine, "a.store", &engine, "c.store");
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("c");
	expect_whole("a", content[0]);
	expect_whole("b", content[1]);
}
END_TEST

START_TEST(an_image_of_another_size_is_never_trusted)
{
	ck_assert_int_eq(engine_close(&engine), 0);
	engine.volume_options.image_policy = IMAGE_TRUST;
	engine_file_resize(&engine, ENGINE_IMAGE, VOLUME_BYTES + 512);
	ck_assert_int_eq(engine_open(&engine), -ESTALE);
	engine_file_resize(&engine, ENGINE_IMAGE, VOLUME_BYTES);
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_whole("a", content[0]);
	ck_assert_int_eq(engine_close(&engine), 0);
	engine.volume_options.image_policy = IMAGE_COMPARE;
	engine_file_resize(&engine, ENGINE_IMAGE, VOLUME_BYTES + 512);
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("a");
	expect_lost("b");
	ck_assert_int_eq(engine_write(&engine, VOLUME_BYTES, 512, 9), 0);
}
END_TEST

START_TEST(a_spoilt_volume_file_is_refused)
{
	ck_assert_int_eq(engine_close(&engine), 0);
	for (uint64_t offset = 0; offset < 80; offset++) {
		flip("volume", offset);
		ck_assert_int_eq(engine_open(&engine), -EUCLEAN);
		flip("volume", offset);
	}
	engine_file_resize(&engine, "volume", 0);
	ck_assert_int_eq(engine_open(&engine), -EUCLEAN);
}
END_TEST

START_TEST(without_the_volume_file_no_snapshot_is_believed)
{
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine.folder->ops->remove(engine.folder, "volume"), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost("a");
	expect_lost("b");
	expect_whole(NULL, live);
}
END_TEST

START_TEST(files_that_are_no_stores_are_left_alone)
{
	static const char *const names[] = { "notes.txt", "a.store~", ".store", "store" };

	ck_assert_int_eq(engine_close(&engine), 0);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		copy_file(&engine, "volume", &engine, names[i]);
	copy_file(&engine, "volume", &engine, "x.store.new");
	copy_file(&engine, "volume", &engine, "y.store");
	ck_assert_int_eq(engine_open(&engine), 0);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ck_assert(engine_file_exists(&engine, names[i]));
	ck_assert(!engine_file_exists(&engine, "x.store.new"));
	expect_lost("y");
	expect_whole("a", content[0]);
}
END_TEST

START_TEST(an_open_that_fails_can_be_tried_again)
{
	for (uint64_t nth = 1;; nth++) {
		engine_kill(&engine);
		engine_folder_fail(engine.folder, nth, 1, -EMFILE);

		int error = engine_open(&engine);

		/* The journal's file comes last, and is none of those that must be opened. */
		if (error == 0)
			break;
		ck_assert_int_eq(error, -EMFILE);
		engine_folder_fail(engine.folder, 1, 0, 0);
		ck_assert_int_eq(engine_open(&engine), 0);
		expect_whole("a", content[0]);
		expect_whole("b", content[1]);
	}
	engine_folder_fail(engine.folder, 1, 0, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume state");
	TCase *tcase = tcase_create("state");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_engine, close_engine);
	tcase_add_test(tcase, snapshots_come_back_in_order_of_creation);
	tcase_add_test(tcase, a_damaged_snapshot_is_lost_and_the_other_stays);
	tcase_add_test(tcase, a_damaged_snapshot_stays_lost_when_its_damage_is_gone);
	tcase_add_test(tcase, a_snapshot_that_one_mount_has_misread_stays_lost);
	tcase_add_test(tcase, a_lost_snapshot_and_a_store_of_its_name_are_no_volume);
	tcase_add_test(tcase, snapshots_without_a_superblock_take_nobodys_id);
	tcase_add_test(tcase, a_store_of_another_volume_is_not_believed);
	tcase_add_test(tcase, a_store_under_another_name_is_not_believed);
	tcase_add_test(tcase, an_image_of_another_size_is_never_trusted);
	tcase_add_test(tcase, a_spoilt_volume_file_is_refused);
	tcase_add_test(tcase, without_the_volume_file_no_snapshot_is_believed);
	tcase_add_test(tcase, files_that_are_no_stores_are_left_alone);
	tcase_add_test(tcase, an_open_that_fails_can_be_tried_again);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
