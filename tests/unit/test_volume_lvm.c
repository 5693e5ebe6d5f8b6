/* SPDX-License-Identifier: Apache-2.0 */
/* What device-mapper does to a snapshot of profile lvm after it was taken (volume/lvm/lvm.h). */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/lvm/lvm.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define BLOCK 4096u

/* A filled volume with the snapshot "s", for which its first block was preserved. */
static void open_with(const struct profile *profile)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = profile,
				 .step_ns = NS_PER_MS },
		true);
	bench_write(0, BLOCK, 100);
}

static void open_lvm(void)
{
	open_with(&profile_lvm);
}

static int change(const char *name, enum lvm_change_kind kind)
{
	return engine_change(&bench_engine, name, &(struct lvm_change){ .kind = kind });
}

static int rename_to(const char *name, const char *to)
{
	return engine_change(
		&bench_engine, name, &(struct lvm_change){ .kind = LVM_RENAME, .to = to });
}

static int limit_to(const char *name, uint64_t bytes)
{
	return engine_change(&bench_engine, name,
		&(struct lvm_change){ .kind = LVM_LIMIT, .limit = { .bytes = bytes } });
}

static bool is_attached(const char *name)
{
	json_t *status = snapshot_status(engine_find(&bench_engine, name));
	bool attached = json_is_true(json_object_get(status, "attached"));

	ck_assert(json_is_boolean(json_object_get(status, "attached")));
	json_decref(status);
	return attached;
}

static void reopen(bool kills)
{
	if (kills) {
		ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
		return;
	}
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	ck_assert_int_eq(engine_open(&bench_engine), 0);
}

/* ---- detach and attach ---- */

START_TEST(a_detached_snapshot_keeps_what_it_has_and_shows_the_present_elsewhere)
{
	ck_assert_int_eq(change("s", LVM_DETACH), 0);
	ck_assert(!is_attached("s"));
	bench_write(BLOCK, 3 * BLOCK, 101);
	bench_write(0, BLOCK, 102);
	memcpy(bench_content + BLOCK, bench_live + BLOCK, 3 * BLOCK);
	bench_expect_whole("s");
	bench_expect_live();
}
END_TEST

START_TEST(attached_again_it_keeps_what_is_replaced_from_then_on)
{
	ck_assert_int_eq(change("s", LVM_DETACH), 0);
	bench_write(BLOCK, BLOCK, 101);
	memcpy(bench_content + BLOCK, bench_live + BLOCK, BLOCK);
	ck_assert_int_eq(change("s", LVM_ATTACH), 0);
	ck_assert(is_attached("s"));
	bench_write(0, 4 * BLOCK, 102);
	bench_expect_whole("s");
}
END_TEST

START_TEST(what_is_asked_for_and_is_so_succeeds)
{
	ck_assert_int_eq(change("s", LVM_ATTACH), 0);
	ck_assert_int_eq(change("s", LVM_DETACH), 0);
	ck_assert_int_eq(change("s", LVM_DETACH), 0);
	ck_assert_int_eq(rename_to("s", "s"), 0);
}
END_TEST

START_TEST(a_detached_snapshot_stays_so_over_a_mount_and_a_kill)
{
	ck_assert_int_eq(change("s", LVM_DETACH), 0);
	reopen(_i);
	ck_assert(!is_attached("s"));
	bench_write(BLOCK, BLOCK, 101);
	memcpy(bench_content + BLOCK, bench_live + BLOCK, BLOCK);
	ck_assert_int_eq(change("s", LVM_ATTACH), 0);
	reopen(_i);
	ck_assert(is_attached("s"));
	bench_write(BLOCK, BLOCK, 102);
	bench_expect_whole("s");
}
END_TEST

START_TEST(a_detached_snapshot_is_written_to_and_says_what_it_has_kept)
{
	ck_assert_int_eq(change("s", LVM_DETACH), 0);
	ck_assert_int_eq(engine_write_to(&bench_engine, "s", 2 * BLOCK + 512, 512, 7), 0);
	engine_stamp_fill(bench_content + 2 * BLOCK + 512, 512, 7);
	bench_expect_whole("s");
	bench_expect_live();
	bench_write(2 * BLOCK, BLOCK, 101);
	bench_expect_whole("s");
}
END_TEST

/* Each write is preserved as a whole, or not at all. */
START_TEST(it_is_detached_while_no_live_write_is_under_way)
{
	struct engine_request *write = engine_write_new(4 * BLOCK, 16 * BLOCK, 101);

	engine_submit(&bench_engine, write);
	for (int i = 0; i < _i; i++)
		engine_step(&bench_engine);
	ck_assert_int_eq(change("s", LVM_DETACH), 0);
	ck_assert(write->has_ended);
	engine_request_free(write);
	engine_stamp_fill(bench_live + 4 * BLOCK, 16 * BLOCK, 101);
	bench_expect_whole("s");
	bench_expect_live();
}
END_TEST

START_TEST(a_changed_image_costs_those_that_are_attached)
{
	ck_assert_int_eq(engine_snapshot(&bench_engine, "detached", NULL, NULL), 0);
	ck_assert_int_eq(change("detached", LVM_DETACH), 0);
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	bench_engine.volume_options.image_policy = IMAGE_FAIL;
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	bench_expect_failed("s", -EUCLEAN);
	ck_assert(!engine_has_failed(engine_find(&bench_engine, "detached"), NULL));
	ck_assert_int_eq(change("detached", LVM_ATTACH), 0);
}
END_TEST

START_TEST(one_that_has_failed_is_detached_and_not_attached)
{
	fault_bench_add("snapshot.read fail-snapshot times=1");
	uint8_t byte;

	ck_assert_int_lt(
		engine_read(&bench_engine, engine_find(&bench_engine, "s"), 0, &byte, 1), 0);
	ck_assert_int_eq(change("s", LVM_DETACH), 0);
	ck_assert_int_eq(change("s", LVM_ATTACH), -EIO);
	ck_assert(!is_attached("s"));
	ck_assert_int_eq(rename_to("s", "t"), 0);
	reopen(true);
	bench_expect_failed("t", -ENOSPC);
}
END_TEST

START_TEST(another_profile_refuses)
{
	bench_close();
	open_with(&profile_plain);
	ck_assert_int_eq(change("s", LVM_DETACH), -EOPNOTSUPP);
	ck_assert_int_eq(change("s", LVM_ATTACH), -EOPNOTSUPP);
	ck_assert_int_eq(rename_to("s", "t"), -EOPNOTSUPP);
	ck_assert_int_eq(limit_to("s", 1u << 20), -EOPNOTSUPP);
}
END_TEST

/* ---- rename ---- */

START_TEST(a_renamed_snapshot_is_known_by_its_new_name_alone)
{
	ck_assert_int_eq(rename_to("s", "vg0-b1"), 0);
	ck_assert(!volume_snapshot_find(bench_engine.volume, "s"));
	bench_expect_whole("vg0-b1");
	ck_assert(engine_file_exists(&bench_engine, "vg0-b1.store"));
	ck_assert(!engine_file_exists(&bench_engine, "s.store"));
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
	reopen(_i);
	bench_expect_whole("vg0-b1");
	ck_assert_int_eq(engine_delete(&bench_engine, "vg0-b1"), 0);
	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
}
END_TEST

START_TEST(a_name_that_is_none_or_is_taken_is_refused)
{
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), 0);
	ck_assert_int_eq(rename_to("s", "t"), -EEXIST);
	ck_assert_int_eq(rename_to("s", "a/b"), -EINVAL);
	ck_assert_int_eq(rename_to("s", ""), -EINVAL);
	ck_assert_int_eq(rename_to("s", ".s"), -EINVAL);
	ck_assert_int_eq(
		rename_to("s", "0123456789012345678901234567890123456789012345678901234567890123"
			       "4"),
		-ENAMETOOLONG);
	bench_expect_whole("s");
}
END_TEST

START_TEST(rules_mean_a_renamed_snapshot_by_its_new_name)
{
	int error;

	ck_assert_int_eq(rename_to("s", "t"), 0);
	fault_bench_add("store.append error=EIO snapshot=s");
	fault_bench_add("store.append error=ENOSPC snapshot=t");
	bench_write(BLOCK, BLOCK, 101);
	ck_assert_int_eq(fault_bench_count(0, "fired"), 0);
	ck_assert(engine_has_failed(engine_find(&bench_engine, "t"), &error));
	ck_assert_int_eq(error, -ENOSPC);
}
END_TEST

/* ---- the limit ---- */

START_TEST(more_room_is_room_and_less_overflows_at_the_next_block)
{
	json_t *status;
	int error;

	/* Header, metadata, and the chunk that is taken: 3 of them. */
	ck_assert_int_eq(limit_to("s", 4 * BLOCK), 0);
	reopen(true);
	status = snapshot_status(engine_find(&bench_engine, "s"));
	ck_assert_str_eq(json_string_value(json_object_get(status, "native")), "24/32 16");
	json_decref(status);
	bench_write(BLOCK, BLOCK, 101);
	bench_expect_whole("s");
	ck_assert_int_eq(limit_to("s", 5 * BLOCK), 0);
	bench_write(2 * BLOCK, BLOCK, 101);
	bench_expect_whole("s");
	ck_assert_int_eq(limit_to("s", 2 * BLOCK), 0);
	bench_write(2 * BLOCK, BLOCK, 102);
	bench_expect_whole("s");
	bench_write(3 * BLOCK, BLOCK, 101);
	ck_assert(engine_has_failed(engine_find(&bench_engine, "s"), &error));
	ck_assert_int_eq(error, -ENOSPC);
}
END_TEST

static bool has_overflowed(const char *name)
{
	json_t *status = snapshot_status(engine_find(&bench_engine, name));
	bool overflowed = json_is_true(json_object_get(status, "overflowed"));

	json_decref(status);
	return overflowed;
}

static int bear_overflow(const char *name, bool bears)
{
	return engine_change(&bench_engine, name,
		&(struct lvm_change){
			.kind = LVM_ATTACH, .sets_overflow = true, .bears_overflow = bears });
}

/* A header, metadata, the chunk that is taken, and room for one more. */
START_TEST(one_that_bears_overflow_is_read_on_and_not_written_to)
{
	int error;

	ck_assert_int_eq(limit_to("s", 4 * BLOCK), 0);
	ck_assert_int_eq(bear_overflow("s", true), 0);
	ck_assert_int_eq(engine_write_to(&bench_engine, "s", 2 * BLOCK, BLOCK, 7), 0);
	engine_stamp_fill(bench_content + 2 * BLOCK, BLOCK, 7);
	ck_assert(!has_overflowed("s"));
	ck_assert_int_eq(engine_write_to(&bench_engine, "s", 5 * BLOCK, BLOCK, 8), -EIO);
	ck_assert(has_overflowed("s"));
	bench_expect_whole("s");

	/* Nor to what has its room, until it is said anew. */
	ck_assert_int_eq(engine_write_to(&bench_engine, "s", 2 * BLOCK, BLOCK, 9), -EIO);
	ck_assert_int_eq(change("s", LVM_ATTACH), 0);
	ck_assert(has_overflowed("s"));
	ck_assert_int_eq(bear_overflow("s", true), 0);
	ck_assert(!has_overflowed("s"));
	ck_assert_int_eq(engine_write_to(&bench_engine, "s", 2 * BLOCK, BLOCK, 9), 0);
	engine_stamp_fill(bench_content + 2 * BLOCK, BLOCK, 9);
	bench_expect_whole("s");

	/* What the live view loses fails it as ever. */
	bench_write(6 * BLOCK, BLOCK, 101);
	ck_assert(engine_has_failed(engine_find(&bench_engine, "s"), &error));
	ck_assert_int_eq(error, -ENOSPC);
}
END_TEST

START_TEST(one_that_does_not_bear_overflow_any_more_fails)
{
	int error;

	ck_assert_int_eq(limit_to("s", 3 * BLOCK), 0);
	ck_assert_int_eq(bear_overflow("s", true), 0);
	ck_assert_int_eq(bear_overflow("s", false), 0);
	ck_assert_int_eq(engine_write_to(&bench_engine, "s", 5 * BLOCK, BLOCK, 8), -EIO);
	ck_assert(engine_has_failed(engine_find(&bench_engine, "s"), &error));
	ck_assert_int_eq(error, -ENOSPC);
}
END_TEST

/* As lvm.h says of what fails: nothing has changed. */
START_TEST(an_attach_that_cannot_be_written_leaves_what_has_overflowed_as_it_is)
{
	ck_assert_int_eq(limit_to("s", 3 * BLOCK), 0);
	ck_assert_int_eq(bear_overflow("s", true), 0);
	ck_assert_int_eq(engine_write_to(&bench_engine, "s", 5 * BLOCK, BLOCK, 8), -EIO);
	ck_assert(has_overflowed("s"));
	ck_assert_int_eq(change("s", LVM_DETACH), 0);
	memory_disk_fail(bench_engine.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	ck_assert_int_eq(bear_overflow("s", false), -EIO);
	ck_assert(!is_attached("s"));
	ck_assert(has_overflowed("s"));
	ck_assert_int_eq(change("s", LVM_ATTACH), 0);
	ck_assert(has_overflowed("s"));
	ck_assert_int_eq(engine_write_to(&bench_engine, "s", 0, BLOCK, 9), -EIO);
	ck_assert(!engine_has_failed(engine_find(&bench_engine, "s"), NULL));
}
END_TEST

START_TEST(a_limit_is_whole_sectors_and_not_nothing)
{
	ck_assert_int_eq(limit_to("s", 0), -EINVAL);
	ck_assert_int_eq(limit_to("s", 4097), -EINVAL);
	ck_assert_int_eq(limit_to("s", 512), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("lvm changes");
	TCase *tcase = tcase_create("lvm changes");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_lvm, bench_close);
	tcase_add_test(
		tcase, a_detached_snapshot_keeps_what_it_has_and_shows_the_present_elsewhere);
	tcase_add_test(tcase, attached_again_it_keeps_what_is_replaced_from_then_on);
	tcase_add_test(tcase, what_is_asked_for_and_is_so_succeeds);
	tcase_add_loop_test(tcase, a_detached_snapshot_stays_so_over_a_mount_and_a_kill, 0, 2);
	tcase_add_test(tcase, a_detached_snapshot_is_written_to_and_says_what_it_has_kept);
	tcase_add_loop_test(tcase, it_is_detached_while_no_live_write_is_under_way, 0, 8);
	tcase_add_test(tcase, a_changed_image_costs_those_that_are_attached);
	tcase_add_test(tcase, one_that_has_failed_is_detached_and_not_attached);
	tcase_add_test(tcase, another_profile_refuses);
	tcase_add_loop_test(tcase, a_renamed_snapshot_is_known_by_its_new_name_alone, 0, 2);
	tcase_add_test(tcase, a_name_that_is_none_or_is_taken_is_refused);
	tcase_add_test(tcase, rules_mean_a_renamed_snapshot_by_its_new_name);
	tcase_add_test(tcase, more_room_is_room_and_less_overflows_at_the_next_block);
	tcase_add_test(tcase, one_that_bears_overflow_is_read_on_and_not_written_to);
	tcase_add_test(tcase, one_that_does_not_bear_overflow_any_more_fails);
	tcase_add_test(tcase, an_attach_that_cannot_be_written_leaves_what_has_overflowed_as_it_is);
	tcase_add_test(tcase, a_limit_is_whole_sectors_and_not_nothing);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
