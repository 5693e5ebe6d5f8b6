/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store or a node that somebody has put back as it was before the last unmount: it
 * checks by itself, lacks what came later, and is not believed.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/chain/nodes.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"
#include "tests/unit/chain_bench.h"
#include "tests/unit/verify_bench.h"

#define VOLUME_BYTES (256u << 10)

static struct engine engine;
static struct views views;

static void start(const char *profile)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = profile_find(profile),
			.no_coalesce = true });
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(engine_write(&engine, i * 20000, 30000, i + 1), 0);
		chain_bench_take(&engine, i);
	}
	ck_assert_int_eq(engine_write(&engine, 10000, 9000, 3), 0);
}

static void teardown(void)
{
	engine_deinit(&engine);
}

static void close_and_open(void)
{
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
}

static uint8_t *kept;
static uint64_t kept_bytes;

static void keep(const char *file)
{
	const uint8_t *bytes = engine_file(&engine, file, &kept_bytes);

	kept = malloc(kept_bytes);
	ck_assert_ptr_nonnull(kept);
	memcpy(kept, bytes, kept_bytes);
}

/* Exchanges FILE and what was kept. */
static void put_back(const char *file)
{
	uint8_t *older = kept;
	uint64_t older_bytes = kept_bytes, size_bytes;

	keep(file);
	engine_file_resize(&engine, file, older_bytes);
	memcpy(engine_file(&engine, file, &size_bytes), older, older_bytes);
	free(older);
}

/* NAME has failed, also after a kill and an unmount; the first WHOLE snapshots are as before. */
static void expect_lost_for_good(const char *name, unsigned whole)
{
	static const char *const names[] = { "s0", "s1" };
	int why;

	for (unsigned mounts = 0; mounts < 3; mounts++) {
		ck_assert(engine_has_failed(engine_find(&engine, name), &why));
		ck_assert_int_eq(why, -EUCLEAN);
		view_check(&engine, NULL, views.live);
		for (unsigned i = 0; i < whole; i++)
			view_check(
				&engine, engine_find(&engine, names[i]), views.snapshots[i].bytes);
		if (mounts == 0)
			ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		else
			close_and_open();
	}
}

/* 0: as the unmount before left it, 1: as it was in the middle of the last mount. */
START_TEST(a_store_of_before_the_last_unmount_is_lost)
{
	start("plain");
	if (_i == 0)
		ck_assert_int_eq(engine_close(&engine), 0);
	keep("s1.store");
	if (_i == 0)
		ck_assert_int_eq(engine_open(&engine), 0);
	ck_assert_int_eq(engine_write(&engine, 60000, 30000, 4), 0);
	views_take(&engine, &views);
	ck_assert_int_eq(engine_close(&engine), 0);
	put_back("s1.store");
	verify_bench_expect(&engine, "s1.store@0:snapshot 's1':it is older than the last unmount");
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost_for_good("s1", 1);
	free(kept);
	views_free(&views);
}
END_TEST

START_TEST(a_node_of_before_the_last_unmount_costs_who_needs_it)
{
	char file[64];

	start("xen");
	/* 0: what is written to; 1: a base copy, which a merge has changed. */
	node_file_name(
		_i == 0 ? engine.volume->chain->live->id : engine.volume->chain->live->parent->id,
		file, sizeof file);
	ck_assert_int_eq(engine_close(&engine), 0);
	keep(file);
	ck_assert_int_eq(engine_open(&engine), 0);
	ck_assert_int_eq(engine_write(&engine, 60000, 30000, 4), 0);
	views_take(&engine, &views);
	ck_assert_int_eq(engine_close(&engine), 0);
	put_back(file);
	verify_bench_expect(&engine, "it is older than the last unmount");
	/* Both are the live view's, too. */
	ck_assert_int_eq(engine_open(&engine), -EUCLEAN);
	put_back(file);
	ck_assert_int_eq(engine_open(&engine), 0);
	views_check(&engine, &views);
	free(kept);
	views_free(&views);
}
END_TEST

START_TEST(a_clone_whose_node_is_older_is_lost_for_good)
{
	char file[64];

	start("xen");
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_CLONED, "s1", "c"), 0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 0, 20000, 5), 0);
	node_file_name(
		chain_head(engine.volume->chain, engine_find(&engine, "c"))->id, file, sizeof file);
	ck_assert_int_eq(engine_close(&engine), 0);
	keep(file);
	ck_assert_int_eq(engine_open(&engine), 0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 30000, 20000, 6), 0);
	views_take(&engine, &views);
	ck_assert_int_eq(engine_close(&engine), 0);
	put_back(file);
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_lost_for_good("c", 2);
	free(kept);
	views_free(&views);
}
END_TEST

START_TEST(a_damaged_node_that_is_put_back_as_it_was_is_believed)
{
	char file[64];

	start("xen");
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_CLONED, "s1", "c"), 0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 0, 20000, 5), 0);
	node_file_name(
		chain_head(engine.volume->chain, engine_find(&engine, "c"))->id, file, sizeof file);
	views_take(&engine, &views);
	ck_assert_int_eq(engine_close(&engine), 0);
	keep(file);
	/* Who needs it is lost while it is so. */
	engine_file_resize(&engine, file, STORE_UNIT_BYTES);
	for (unsigned mounts = 0; mounts < 2; mounts++) {
		ck_assert_int_eq(engine_open(&engine), 0);
		ck_assert(engine_has_failed(engine_find(&engine, "c"), NULL));
		ck_assert_int_eq(engine_close(&engine), 0);
	}
	put_back(file);
	ck_assert_int_eq(engine_open(&engine), 0);
	views_check(&engine, &views);
	free(kept);
	views_free(&views);
}
END_TEST

static const char *const profiles[] = { "plain", "lvm", "vss", "datto", "elastio", "xen" };

START_TEST(what_nobody_has_put_back_is_never_taken_for_older)
{
	start("plain");
	engine_deinit(&engine);
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = profile_find(profiles[_i]),
			.limit = strcmp(profiles[_i], "xen") ? "200%" : NULL,
			.no_coalesce = true });
	for (unsigned round = 0; round < 12; round++) {
		ck_assert_int_eq(engine_write(&engine, round * 7000, 20000, round), 0);
		if (round == 0 || (round < 4 && strcmp(profiles[_i], "datto") &&
					  strcmp(profiles[_i], "elastio")))
			chain_bench_take(&engine, round);
		views_take(&engine, &views);
		switch (round % 4) {
		case 0:
			ck_assert_int_eq(engine_kill_and_open(&engine), 0);
			break;
		case 1:
			close_and_open();
			break;
		case 2:
			/* A mount that is refused before the end has changed some of them. */
			ck_assert_int_eq(engine_close(&engine), 0);
			ck_assert_uint_eq(verify_bench(&engine), 0);
			memory_disk_fail(engine.disk, BLOCKIO_READ, 4, 1000, -EIO);
			(void)engine_open(&engine);
			memory_disk_fail(engine.disk, BLOCKIO_READ, 0, 0, 0);
			if (engine.volume)
				close_and_open();
			else
				ck_assert_int_eq(engine_open(&engine), 0);
			break;
		case 3:
			ck_assert_int_eq(engine_kill_and_open(&engine), 0);
			close_and_open();
			break;
		}
		views_check(&engine, &views);
		views_free(&views);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("older");
	TCase *tests = tcase_create("older");

	(void)argc;
	tcase_add_checked_fixture(tests, NULL, teardown);
	tcase_set_timeout(tests, 30);
	tcase_add_loop_test(tests, a_store_of_before_the_last_unmount_is_lost, 0, 2);
	tcase_add_loop_test(tests, a_node_of_before_the_last_unmount_costs_who_needs_it, 0, 2);
	tcase_add_test(tests, a_clone_whose_node_is_older_is_lost_for_good);
	tcase_add_test(tests, a_damaged_node_that_is_put_back_as_it_was_is_believed);
	tcase_add_loop_test(tests, what_nobody_has_put_back_is_never_taken_for_older, 0,
		sizeof profiles / sizeof profiles[0]);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
