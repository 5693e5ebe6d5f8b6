/* SPDX-License-Identifier: Apache-2.0 */
/* The store: appending, looking up, group commit, errors that stick, and opening again. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (16u << 20)

static struct store_bench bench;

static void open_bench(void)
{
	store_bench_init(&bench, engine_seed(), VOLUME_BYTES, 4096);
}

static void close_bench(void)
{
	store_bench_deinit(&bench);
}

START_TEST(a_new_store_has_nothing_and_one_unit)
{
	ck_assert_uint_eq(store_blocks(bench.store), 0);
	ck_assert_uint_eq(store_file_bytes(bench.store), STORE_UNIT_BYTES);
	ck_assert(!store_bench_has(&bench, 0, 1));
	ck_assert(store_idle(bench.store));
}
END_TEST

START_TEST(a_store_is_not_created_over_a_file)
{
	struct store *other = NULL;

	ck_assert_int_eq(
		store_create(bench.folder, STORE_BENCH_NAME, &bench.facts, NULL, &other), -EEXIST);
	ck_assert_ptr_null(other);
}
END_TEST

START_TEST(appended_blocks_are_found_when_they_are_acknowledged_and_not_before)
{
	struct store_bench_append *append = store_bench_append(&bench, 10, 3);

	ck_assert(!append->has_ended);
	ck_assert(!store_idle(bench.store));
	ck_assert_uint_eq(store_offset(bench.store, 10), 0);
	ck_assert_uint_eq(store_blocks(bench.store), 0);
	ck_assert_uint_eq(store_blocks_taken(bench.store), 3);
	store_bench_settle(&bench);
	ck_assert(append->has_ended && append->result == 0);
	ck_assert(store_bench_has(&bench, 10, 3));
	ck_assert(!store_bench_has(&bench, 9, 1));
	ck_assert(!store_bench_has(&bench, 13, 1));
	ck_assert_uint_eq(store_blocks(bench.store), 3);
	ck_assert_uint_eq(store_file_bytes(bench.store), 5 * STORE_UNIT_BYTES);
}
END_TEST

START_TEST(what_comes_during_a_write_shares_the_next_one)
{
	uint64_t writes = memory_disk_completed(bench.disk, BLOCKIO_WRITE);

	for (uint64_t i = 0; i < 100; i++)
		store_bench_append(&bench, 2 * i, 1);
	store_bench_settle(&bench);
	ck_assert_uint_eq(memory_disk_completed(bench.disk, BLOCKIO_WRITE) - writes, 2);
	for (uint64_t i = 0; i < 100; i++)
		ck_assert(store_bench_has(&bench, 2 * i, 1));
}
END_TEST

START_TEST(a_segment_takes_no_more_than_it_has_room_for)
{
	/* 336 records each, and 256 ranges each. */
	struct store_bench_append *large = store_bench_append(&bench, 0, 1200);

	for (uint64_t i = 0; i < 600; i++)
		store_bench_append(&bench, 1300 + 2 * i, 1);
	store_bench_settle(&bench);
	ck_assert(large->has_ended && large->result == 0);
	ck_assert_uint_eq(store_blocks(bench.store), 1800);
	ck_assert_int_eq(store_bench_close(&bench), 0);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(store_bench_has(&bench, 0, 1200));
	for (uint64_t i = 0; i < 600; i++)
		ck_assert(store_bench_has(&bench, 1300 + 2 * i, 1));
}
END_TEST

START_TEST(a_closed_store_opens_as_it_was)
{
	store_bench_append(&bench, 5, 20);
	store_bench_append(&bench, 4000, 96);
	store_bench_settle(&bench);
	ck_assert_int_eq(store_bench_close(&bench), 0);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(bench.findings.was_clean);
	/* The third sums up the others. */
	ck_assert_uint_eq(bench.findings.segments, 3);
	ck_assert_uint_eq(bench.findings.torn_bytes, 0);
	ck_assert(store_bench_has(&bench, 5, 20) && store_bench_has(&bench, 4000, 96));
	ck_assert_uint_eq(store_blocks(bench.store), 116);
	ck_assert_uint_eq(store_blocks_taken(bench.store), 116);

	const struct store_facts *facts = store_facts(bench.store);

	ck_assert_mem_eq(facts->name, bench.facts.name, sizeof facts->name);
	ck_assert_mem_eq(facts->profile, bench.facts.profile, sizeof facts->profile);
	ck_assert_uint_eq(facts->volume_id, bench.facts.volume_id);
	ck_assert_uint_eq(facts->order, 3);
	ck_assert_uint_eq(facts->limit_bytes, 12345);
	ck_assert_int_eq(facts->created_seconds, 1700000000);
	ck_assert(!facts->failed);
}
END_TEST

START_TEST(a_store_that_was_not_closed_opens_with_all_that_was_acknowledged)
{
	for (uint64_t i = 0; i < 10; i++) {
		store_bench_append(&bench, 7 * i, 3);
		store_bench_settle(&bench);
	}
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(!bench.findings.was_clean);
	ck_assert_uint_eq(bench.findings.segments, 10);
	for (uint64_t i = 0; i < 10; i++)
		ck_assert(store_bench_has(&bench, 7 * i, 3));
}
END_TEST

START_TEST(an_opened_store_goes_on_where_it_ended)
{
	for (uint64_t round = 0; round < 6; round++) {
		store_bench_append(&bench, 100 * round, 10);
		store_bench_settle(&bench);
		if (round % 2)
			ck_assert_int_eq(store_bench_close(&bench), 0);
		else
			store_bench_leave(&bench);
		ck_assert_int_eq(store_bench_open(&bench), 0);
		ck_assert_int_eq(bench.findings.was_clean, round % 2);
	}
	for (uint64_t round = 0; round < 6; round++)
		ck_assert(store_bench_has(&bench, 100 * round, 10));
}
END_TEST

START_TEST(room_that_was_reserved_and_not_used_is_cut_off)
{
	uint64_t size_bytes;

	store_bench_append(&bench, 0, 4);
	store_bench_settle(&bench);
	ck_assert_int_eq(store_io(bench.store)->ops->resize(store_io(bench.store), 1 << 20), 0);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(bench.findings.torn_bytes, (1 << 20) - 6 * STORE_UNIT_BYTES);
	ck_assert(store_bench_has(&bench, 0, 4));
	ck_assert_int_eq(store_io(bench.store)->ops->resize(store_io(bench.store), 1 << 20), 0);
	ck_assert_int_eq(store_bench_close(&bench), 0);
	memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes);
	/* Two are the summary. */
	ck_assert_uint_eq(size_bytes, 8 * STORE_UNIT_BYTES);
}
END_TEST

START_TEST(the_first_error_ends_the_store_and_answers_all_that_follow)
{
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -ENOSPC);

	struct store_bench_append *first = store_bench_append(&bench, 0, 1);
	struct store_bench_append *second = store_bench_append(&bench, 1, 1);

	store_bench_settle(&bench);

	struct store_bench_append *third = store_bench_append(&bench, 2, 1);

	ck_assert(first->has_ended && second->has_ended && third->has_ended);
	ck_assert_int_eq(first->result, -ENOSPC);
	ck_assert_int_eq(second->result, -ENOSPC);
	ck_assert_int_eq(third->result, -ENOSPC);
	ck_assert_int_eq(store_error(bench.store), -ENOSPC);
	ck_assert(!store_bench_has(&bench, 0, 1));
	ck_assert(store_idle(bench.store));
}
END_TEST

START_TEST(a_stopped_store_ends_what_is_written_and_refuses_what_waits)
{
	struct store_bench_append *written = store_bench_append(&bench, 0, 1);
	struct store_bench_append *waiting = store_bench_append(&bench, 1, 1);

	store_stop(bench.store, -EFBIG);
	ck_assert(!written->has_ended);
	/* Nobody is answered inside the call that stops it. */
	ck_assert(!waiting->has_ended);
	store_bench_settle(&bench);
	ck_assert(waiting->has_ended && waiting->result == -EFBIG);
	ck_assert(written->has_ended && written->result == 0);
	ck_assert(store_bench_has(&bench, 0, 1) && !store_bench_has(&bench, 1, 1));
}
END_TEST

START_TEST(a_failed_mark_stays_and_nothing_is_appended_any_more)
{
	store_bench_append(&bench, 0, 2);
	store_bench_settle(&bench);
	ck_assert_int_eq(store_bench_mark(&bench, -EFBIG, 1), 0);
	for (int round = 0; round < 3; round++) {
		store_bench_leave(&bench);
		ck_assert_int_eq(store_bench_open(&bench), 0);
		ck_assert(store_facts(bench.store)->failed);
		ck_assert_int_eq(store_facts(bench.store)->error, -EFBIG);
		ck_assert_uint_eq(store_facts(bench.store)->overflow_blocks, 1);
		ck_assert_int_eq(store_error(bench.store), -EFBIG);
	}

	struct store_bench_append *late = store_bench_append(&bench, 3, 1);

	ck_assert(late->has_ended && late->result == -EFBIG);
}
END_TEST

START_TEST(a_waiter_ends_once_with_the_first_error)
{
	/* Five segments; the second that comes to an end fails. */
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 2, 1, -EIO);

	struct store_bench_append *large = store_bench_append(&bench, 0, 1500);

	store_bench_settle(&bench);
	ck_assert(large->has_ended);
	ck_assert_int_eq(large->result, -EIO);
	/* What was written behind it is none of the store's. */
	ck_assert_uint_eq(store_blocks(bench.store) % 336, 0);
	ck_assert_uint_le(store_blocks(bench.store), 3 * 336);
}
END_TEST

START_TEST(a_resumed_store_goes_on_behind_the_last_acknowledged_segment)
{
	store_bench_append(&bench, 0, 3);
	store_bench_settle(&bench);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -ENOSPC);
	store_bench_append(&bench, 10, 5);
	store_bench_settle(&bench);
	ck_assert_int_eq(store_error(bench.store), -ENOSPC);
	store_resume(bench.store);
	ck_assert_int_eq(store_error(bench.store), 0);
	ck_assert_uint_eq(store_blocks_taken(bench.store), 3);
	store_bench_append(&bench, 10, 1);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(store_blocks(bench.store), 4);
	ck_assert(store_bench_has(&bench, 0, 3) && store_bench_has(&bench, 10, 1));
}
END_TEST

START_TEST(a_store_that_ended_is_closed_without_what_failed)
{
	store_bench_append(&bench, 0, 3);
	store_bench_settle(&bench);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -ENOSPC);
	store_bench_append(&bench, 10, 5);
	store_bench_settle(&bench);
	ck_assert_int_eq(store_bench_close(&bench), 0);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(store_bench_has(&bench, 0, 3) && !store_bench_has(&bench, 10, 1));
}
END_TEST

START_TEST(large_blocks_and_an_odd_volume_work_too)
{
	static const uint32_t block_bytes[] = { 16 << 10, 64 << 10, 512 << 10 };

	for (size_t i = 0; i < sizeof block_bytes / sizeof block_bytes[0]; i++) {
		uint64_t blocks = (1 << 20) / block_bytes[i] + 1;

		store_bench_deinit(&bench);
		store_bench_init(&bench, engine_seed() + i, (1 << 20) + 512, block_bytes[i]);
		store_bench_append(&bench, 0, blocks - 1);
		store_bench_append(&bench, blocks - 1, 1);
		store_bench_settle(&bench);
		ck_assert(store_bench_has(&bench, 0, blocks));
		store_bench_leave(&bench);
		ck_assert_int_eq(store_bench_open(&bench), 0);
		ck_assert(store_bench_has(&bench, 0, blocks));
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("store");
	TCase *appends = tcase_create("append");
	TCase *opens = tcase_create("open");
	TCase *errors = tcase_create("errors");

	(void)argc;
	tcase_add_checked_fixture(appends, open_bench, close_bench);
	tcase_add_checked_fixture(opens, open_bench, close_bench);
	tcase_add_checked_fixture(errors, open_bench, close_bench);
	tcase_add_test(appends, a_new_store_has_nothing_and_one_unit);
	tcase_add_test(appends, a_store_is_not_created_over_a_file);
	tcase_add_test(
		appends, appended_blocks_are_found_when_they_are_acknowledged_and_not_before);
	tcase_add_test(appends, what_comes_during_a_write_shares_the_next_one);
	tcase_add_test(appends, a_segment_takes_no_more_than_it_has_room_for);
	tcase_add_test(appends, large_blocks_and_an_odd_volume_work_too);
	tcase_add_test(errors, a_resumed_store_goes_on_behind_the_last_acknowledged_segment);
	tcase_add_test(errors, a_store_that_ended_is_closed_without_what_failed);
	tcase_add_test(opens, a_closed_store_opens_as_it_was);
	tcase_add_test(opens, a_store_that_was_not_closed_opens_with_all_that_was_acknowledged);
	tcase_add_test(opens, an_opened_store_goes_on_where_it_ended);
	tcase_add_test(opens, room_that_was_reserved_and_not_used_is_cut_off);
	tcase_add_test(errors, the_first_error_ends_the_store_and_answers_all_that_follow);
	tcase_add_test(errors, a_stopped_store_ends_what_is_written_and_refuses_what_waits);
	tcase_add_test(errors, a_failed_mark_stays_and_nothing_is_appended_any_more);
	tcase_add_test(errors, a_waiter_ends_once_with_the_first_error);
	suite_add_tcase(suite, appends);
	suite_add_tcase(suite, opens);
	suite_add_tcase(suite, errors);
	return engine_suite_run(suite, argv[0]);
}
