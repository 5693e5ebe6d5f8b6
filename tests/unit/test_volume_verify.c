/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifying an unmounted chain: what is whole has no finding, what is damaged or does not belong
 * together has one, and a mount of what had none shows every view as it was.
 */
#include <check.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/store/store_state.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/state.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"
#include "tests/unit/chain_bench.h"
#include "tests/unit/verify_bench.h"

#define VOLUME_BYTES (64u << 10)

static struct engine engine;
static struct views views;

/* Of the live view's nodes, the head last. */
static char files[2][64];

/* Snapshots s0, s1 and t of a chain, and the clone c of s0; closed. */
static void setup(void)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = &profile_xen,
			.no_coalesce = true });
	for (unsigned i = 0; i < 2; i++) {
		char name[8];

		ck_assert_int_eq(engine_write(&engine, i * 8192, 16384, i), 0);
		snprintf(name, sizeof name, "s%u", i);
		ck_assert_int_eq(engine_snapshot(&engine, name, NULL, NULL), 0);
	}
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_CLONED, "s0", "c"), 0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 0, 8192, 7), 0);
	ck_assert_int_eq(engine_write(&engine, 32768, 4096, 9), 0);

	const struct node *node = engine.volume->chain->live;

	for (unsigned i = 2; i > 0; i--, node = node->parent)
		node_file_name(node->id, files[i - 1], sizeof files[i - 1]);
	views_take(&engine, &views);
	ck_assert_int_eq(engine_close(&engine), 0);
}

static void teardown(void)
{
	views_free(&views);
	engine_deinit(&engine);
}

static struct store_superblock *superblock_of(const char *file)
{
	return verify_bench_superblock(&engine, file);
}

static void superblock_end(const char *file)
{
	verify_bench_superblock_end(&engine, file);
}

static void expect_found(const char *text)
{
	verify_bench_expect(&engine, text);
}

static uint64_t verify(void)
{
	return verify_bench(&engine);
}

static uint64_t id_of(const char *file)
{
	return superblock_of(file)->store_id;
}

/* ---- whole ---- */

START_TEST(what_is_whole_has_no_finding_however_often_it_is_looked_at)
{
	for (int round = 0; round < 3; round++) {
		ck_assert_msg(verify() == 0, "%s", verify_bench_text());
		ck_assert_int_eq(engine_open(&engine), 0);
		views_check(&engine, &views);
		if (round == 1) {
			engine_kill(&engine);
			ck_assert_msg(verify() == 0, "%s", verify_bench_text());
			ck_assert_int_eq(engine_open(&engine), 0);
		}
		ck_assert_int_eq(engine_close(&engine), 0);
	}
}
END_TEST

/* ---- does not belong together ---- */

START_TEST(a_node_whose_parent_is_missing_is_named)
{
	ck_assert_int_eq(engine.folder->ops->remove(engine.folder, files[0]), 0);
	expect_found(files[0]);
	ck_assert_ptr_nonnull(strstr(verify_bench_text(), "its parent"));
}
END_TEST

START_TEST(what_others_show_and_is_written_to_is_named)
{
	ck_assert_int_eq(engine.folder->ops->remove(engine.folder, files[1]), 0);
	expect_found("it is written to, and the leaf over it is missing");
	ck_assert_int_eq(engine_open(&engine), -EUCLEAN);
}
END_TEST

static void set_parent(const char *file, uint64_t parent_id)
{
	memcpy(superblock_of(file)->owner_bytes + offsetof(struct owner, parent_id), &parent_id,
		sizeof parent_id);
}

START_TEST(parents_that_go_in_a_circle_are_named)
{
	set_parent(files[0], id_of(files[1]));
	superblock_end(files[0]);
	expect_found("go in a circle");
}
END_TEST

START_TEST(two_nodes_that_are_both_the_last_of_a_lineage_are_named)
{
	set_parent(files[1], 0);
	superblock_end(files[1]);
	expect_found("both the last of one lineage");
}
END_TEST

START_TEST(a_clone_without_a_node_is_named)
{
	uint64_t lineage = superblock_of("c.store")->order;

	superblock_of("c.store")->order = lineage + 1000;
	superblock_end("c.store");
	expect_found("c.store@0:snapshot 'c':none of its nodes exists");
}
END_TEST

START_TEST(two_snapshots_of_one_number_are_named)
{
	superblock_of("s1.store")->order = superblock_of("s0.store")->order;
	superblock_end("s1.store");
	expect_found("s1.store@0:snapshot 's1':it has the number of 's0.store'");
}
END_TEST

START_TEST(copy_on_write_beside_a_chain_is_named)
{
	superblock_of("s1.store")->owner_kind = OWNER_COW_SNAPSHOT;
	superblock_of("s1.store")->owner_length = owner_length(OWNER_COW_SNAPSHOT);
	superblock_end("s1.store");
	expect_found("there are copy-on-write snapshots beside those of a chain");
}
END_TEST

START_TEST(a_store_of_another_volume_or_name_is_named)
{
	superblock_of("s1.store")->volume_id++;
	superblock_end("s1.store");
	expect_found("s1.store@0:snapshot 's1':it belongs to another volume");
	superblock_of("s1.store")->volume_id--;
	superblock_of("s1.store")->name[0] = 'x';
	superblock_end("s1.store");
	expect_found("s1.store@0:snapshot 's1':it belongs to another snapshot");
}
END_TEST

START_TEST(an_image_that_was_changed_is_named)
{
	memory_disk_touch(engine.disk, ENGINE_IMAGE, true);
	expect_found("image@0::changed since the last unmount: mtime and ctime");
	engine_file_resize(&engine, ENGINE_IMAGE, VOLUME_BYTES + 4096);
	expect_found("image@0::the state is of 65536 bytes");
}
END_TEST

/* ---- damaged ---- */

/* A copy of FILE, to free(). */
static uint8_t *take(const char *file, uint64_t *ret_size_bytes)
{
	const uint8_t *bytes = engine_file(&engine, file, ret_size_bytes);
	uint8_t *copy = malloc(*ret_size_bytes);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, *ret_size_bytes);
	return copy;
}

/*
 * A byte changed anywhere in FILE: when there is no finding, a mount shows every
 * view as it was.
 */
static void flip_everywhere(const char *file)
{
	uint64_t size_bytes, step = 4096 / engine_count(64) + 1, seen = 0;
	AUTO(auto_free) uint8_t *copy = take(file, &size_bytes);

	for (uint64_t at = 0; at < size_bytes; at += at < 512 ? 1 : step) {
		engine_file(&engine, file, &size_bytes)[at] ^= 0x10;
		if (verify() > 0) {
			seen++;
			ck_assert_msg(strstr(verify_bench_text(), file), "%s: %s", file,
				verify_bench_text());
		} else {
			ck_assert_int_eq(engine_open(&engine), 0);
			views_check(&engine, &views);
			ck_assert_int_eq(engine_close(&engine), 0);
			/* What was before that is older than the last unmount. */
			free(TAKE_PTR(copy));
			copy = take(file, &size_bytes);
		}
		engine_file_resize(&engine, file, size_bytes);
		memcpy(engine_file(&engine, file, &size_bytes), copy, size_bytes);
	}
	ck_assert_uint_gt(seen, 0);
}

START_TEST(what_has_no_finding_is_shown_as_it_was)
{
	static const char *const names[] = { files[0], files[1], "s0.store", "c.store", "volume" };

	flip_everywhere(names[_i]);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("verify");
	TCase *tcase = tcase_create("verify");

	(void)argc;
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_is_whole_has_no_finding_however_often_it_is_looked_at);
	tcase_add_test(tcase, a_node_whose_parent_is_missing_is_named);
	tcase_add_test(tcase, what_others_show_and_is_written_to_is_named);
	tcase_add_test(tcase, parents_that_go_in_a_circle_are_named);
	tcase_add_test(tcase, two_nodes_that_are_both_the_last_of_a_lineage_are_named);
	tcase_add_test(tcase, a_clone_without_a_node_is_named);
	tcase_add_test(tcase, two_snapshots_of_one_number_are_named);
	tcase_add_test(tcase, copy_on_write_beside_a_chain_is_named);
	tcase_add_test(tcase, a_store_of_another_volume_or_name_is_named);
	tcase_add_test(tcase, an_image_that_was_changed_is_named);
	tcase_add_loop_test(tcase, what_has_no_finding_is_shown_as_it_was, 0, 5);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
