/* SPDX-License-Identifier: Apache-2.0 */
/* The table of actions: what each does to what is moved, and to nothing else. */
#include <check.h>
#include <string.h>

#include "simfs/blockio/fault_act.h"
#include "tests/lib/engine_suite.h"

#define LENGTH 4096

/* Of a file, and of the mount. */
static const struct fault_room file = { 65536 + 512, 4096, 4096, true };
static const struct fault_room mount = { 65536, 1, 0, true };

static struct fault_move move_in(const struct fault_room *room, uint64_t offset, void *written)
{
	return (struct fault_move){
		.room = *room,
		.offset = offset,
		.length = LENGTH,
		.told_length = LENGTH,
		.written = written,
	};
}

static struct fault_move changed(enum fault_action action, uint64_t value,
	const struct fault_room *room, uint64_t offset, void *written)
{
	struct fault_decision decision = { .action = action, .value = value };
	struct fault_move move = move_in(room, offset, written);

	fault_change(&decision, &move);
	return move;
}

static uint64_t misdirected(const struct fault_room *room, uint64_t offset, uint64_t value)
{
	return changed(FAULT_MISDIRECT, value, room, offset, NULL).offset;
}

static unsigned bits_set(const uint8_t *bytes, size_t length)
{
	unsigned count = 0;

	for (size_t i = 0; i < length; i++)
		count += (unsigned)__builtin_popcount(bytes[i]);
	return count;
}

static bool is_untouched(const struct fault_move *move, uint64_t offset)
{
	return move->offset == offset && move->length == LENGTH && move->told_length == LENGTH &&
	       !move->is_live;
}

START_TEST(a_short_write_moves_what_it_says_and_a_short_read_says_it)
{
	uint8_t bytes[LENGTH] = { 0 };
	struct fault_move write = changed(FAULT_SHORT, 512, &mount, 4096, bytes);
	struct fault_move read = changed(FAULT_SHORT, 512, &mount, 4096, NULL);

	ck_assert_uint_eq(write.length, 512);
	ck_assert_uint_eq(write.told_length, 512);
	ck_assert_uint_eq(read.length, LENGTH);
	ck_assert_uint_eq(read.told_length, 512);
}
END_TEST

START_TEST(what_is_torn_says_that_it_is_whole_and_keeps_whole_units)
{
	uint8_t bytes[LENGTH] = { 0 };
	struct fault_move torn = changed(FAULT_TEAR, 513, &mount, 4096, bytes);

	ck_assert_uint_eq(torn.length, 513);
	ck_assert_uint_eq(torn.told_length, LENGTH);
	ck_assert_uint_eq(changed(FAULT_TEAR, 4095, &file, 4096, bytes).length, 0);
}
END_TEST

START_TEST(what_is_stale_is_the_live_views_and_the_same_place)
{
	struct fault_move stale = changed(FAULT_STALE, 0, &mount, 4096, NULL);

	ck_assert(stale.is_live);
	ck_assert_uint_eq(stale.offset, 4096);
	ck_assert_uint_eq(stale.length, LENGTH);
}
END_TEST

START_TEST(bits_are_flipped_in_what_is_written_or_was_read_and_once)
{
	struct fault_decision flip = { .action = FAULT_FLIP, .value = 3, .luck = 7 };
	uint8_t written[LENGTH] = { 0 }, read[LENGTH] = { 0 };
	struct fault_move write = move_in(&mount, 0, written), other = move_in(&mount, 0, NULL);

	fault_change(&flip, &write);
	ck_assert(is_untouched(&write, 0));
	ck_assert_uint_eq(bits_set(written, LENGTH), 3);
	fault_change(&flip, &other);
	ck_assert(is_untouched(&other, 0));
	fault_spoil(&flip, read, LENGTH);
	ck_assert_mem_eq(read, written, LENGTH);
	/* More than there are is each of them. */
	flip.value = 1000;
	memset(read, 0, sizeof read);
	fault_spoil(&flip, read, 4);
	ck_assert_uint_eq(bits_set(read, LENGTH), 32);
	ck_assert_uint_eq(bits_set(read, 4), 32);
}
END_TEST

START_TEST(zeros_are_read_and_no_more_than_was_asked_for)
{
	struct fault_decision zero = { .action = FAULT_ZERO };
	uint8_t read[8], wanted[8] = { 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	memset(read, 0xff, sizeof read);
	fault_spoil(&zero, read, 6);
	ck_assert_mem_eq(read, wanted, sizeof read);
}
END_TEST

START_TEST(what_is_misdirected_comes_round_in_its_room)
{
	ck_assert_uint_eq(misdirected(&mount, 4096, 1000), 5096);
	ck_assert_uint_eq(misdirected(&mount, 4096, 0), 4096);
	ck_assert_uint_eq(misdirected(&mount, 65536 - LENGTH, 8192), 4096);
	/* No part of it comes round alone. */
	ck_assert_uint_eq(misdirected(&mount, 65536 - LENGTH, 1), 65536 - LENGTH);
	ck_assert_uint_eq(misdirected(&mount, 0, 65536), 0);
	ck_assert_uint_eq(misdirected(&mount, 4096, 3 * 65536 + 5), 4101);
}
END_TEST

START_TEST(in_a_file_whole_units_are_misdirected_and_one_at_least)
{
	struct fault_room store = file;

	ck_assert_uint_eq(misdirected(&file, 4096, 5000), 8192);
	ck_assert_uint_eq(misdirected(&file, 4096, 1), 8192);
	ck_assert_uint_eq(misdirected(&file, 4096, 0), 8192);
	/* The part of a unit at its end is no room. */
	ck_assert_uint_eq(misdirected(&file, 65536 - LENGTH, 4096), 0);
	store.wraps = false;
	ck_assert_uint_eq(misdirected(&store, 65536, 8192), 65536 + 8192);
}
END_TEST

/* Else a write would make the file longer. */
START_TEST(what_fills_its_room_stays_in_it)
{
	struct fault_room small = { LENGTH, 512, 512, true };

	ck_assert_uint_eq(misdirected(&small, 0, 4096), 0);
	ck_assert_uint_eq(misdirected(&small, 0, 512), 0);
}
END_TEST

static const enum fault_course courses[FAULT_ACTIONS] = {
	[FAULT_ERROR] = FAULT_ANSWERS,
	[FAULT_DROP] = FAULT_ANSWERS,
	[FAULT_DELAY] = FAULT_WAITS,
	[FAULT_HANG] = FAULT_WAITS,
	[FAULT_CRASH] = FAULT_DIES,
};

START_TEST(who_does_not_go_on_is_not_changed)
{
	for (enum fault_action action = 0; action < FAULT_ACTIONS; action++) {
		struct fault_decision decision = { .action = action };
		const struct fault_act *act = fault_act_at(action);

		ck_assert_int_eq(act->course, courses[action]);
		ck_assert(act->course == FAULT_GOES_ON || !fault_changes(&decision));
		ck_assert(act->hangs == (action == FAULT_HANG));
		ck_assert(act->fails_snapshot == (action == FAULT_FAIL_SNAPSHOT));
	}
}
END_TEST

/* A file has nothing else that could be done, and a moment moves nothing. */
START_TEST(what_a_point_lets_in_can_be_done_there)
{
	for (enum fault_point point = 0; point < FAULT_POINTS; point++) {
		const struct point_row *row = fault_point_at(point);

		for (enum fault_action action = FAULT_ERROR; action < FAULT_ACTIONS; action++) {
			struct fault_decision decision = { .action = action };

			if (action_refusal(action, point) || action == FAULT_FAIL_SNAPSHOT ||
				courses[action] != FAULT_GOES_ON)
				continue;
			/* They change what is told, and move nothing. */
			if (row->kind == POINT_SEEK || row->kind == POINT_MAP ||
				action == FAULT_REPLY) {
				ck_assert(!fault_changes(&decision));
				continue;
			}
			ck_assert_msg(
				fault_changes(&decision) && (row->traits & POINT_HAS_BYTES ||
								    row->traits & POINT_IN_VIEW),
				"%s %s", row->name, action_at(action)->name);
		}
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("what an action does");
	TCase *tcase = tcase_create("act");

	(void)argc;
	tcase_add_test(tcase, a_short_write_moves_what_it_says_and_a_short_read_says_it);
	tcase_add_test(tcase, what_is_torn_says_that_it_is_whole_and_keeps_whole_units);
	tcase_add_test(tcase, what_is_stale_is_the_live_views_and_the_same_place);
	tcase_add_test(tcase, bits_are_flipped_in_what_is_written_or_was_read_and_once);
	tcase_add_test(tcase, zeros_are_read_and_no_more_than_was_asked_for);
	tcase_add_test(tcase, what_is_misdirected_comes_round_in_its_room);
	tcase_add_test(tcase, in_a_file_whole_units_are_misdirected_and_one_at_least);
	tcase_add_test(tcase, what_fills_its_room_stays_in_it);
	tcase_add_test(tcase, who_does_not_go_on_is_not_changed);
	tcase_add_test(tcase, what_a_point_lets_in_can_be_done_there);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
