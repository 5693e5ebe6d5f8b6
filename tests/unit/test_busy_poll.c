/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_busy_poll.c - when the ring looks out for the next completion, on a clock of its own.
 */
#include <check.h>

#include "simfs/blockio/busy_poll.h"
#include "tests/lib/engine_suite.h"

#define LIMIT_NS 60000u
#define HOUR_NS	 3600000000000u

static struct busy_poll poll;
static uint64_t now_ns;

static void begin(void)
{
	poll = (struct busy_poll){ .limit_ns = LIMIT_NS };
	now_ns = HOUR_NS;
}

/* A wait of KIND that traffic ends after WAIT_NS; whether it looked out. */
static bool wait_for_traffic(enum busy_poll_kind kind, uint64_t wait_ns)
{
	uint64_t poll_ns = busy_poll_begin(&poll, kind == BUSY_POLL_WORK, now_ns);
	bool found = poll_ns >= wait_ns;

	ck_assert(poll_ns == 0 || poll_ns == LIMIT_NS);
	if (poll_ns > 0)
		busy_poll_polled(&poll, now_ns + (found ? wait_ns : poll_ns), found);
	now_ns += wait_ns;
	busy_poll_end(&poll, now_ns, !found, true);
	return poll_ns > 0;
}

/* So many short waits that it looks out. */
static void learn(enum busy_poll_kind kind)
{
	unsigned count = 0;

	while (!wait_for_traffic(kind, LIMIT_NS / 2))
		ck_assert_uint_lt(count++, 10);
}

START_TEST(what_is_off_never_looks_out)
{
	poll.limit_ns = 0;
	for (unsigned i = 0; i < 100; i++) {
		ck_assert_uint_eq(busy_poll_begin(&poll, 1, now_ns), 0);
		now_ns += 10;
		busy_poll_end(&poll, now_ns, true, true);
	}
	ck_assert_uint_eq(poll.polls, 0);
}
END_TEST

START_TEST(a_few_short_waits_make_it_look_out)
{
	/* What came before nobody knows: the first one is not rated. */
	for (unsigned i = 0; i < 1 + BUSY_POLL_SCORE_ENOUGH; i++)
		ck_assert(!wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS));
	ck_assert(wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS));
	ck_assert_uint_eq(poll.polls, 1);
	ck_assert_uint_eq(poll.hits, 1);
	ck_assert_uint_eq(poll.spent_ns, LIMIT_NS);
}
END_TEST

START_TEST(a_slow_disk_is_not_looked_out_for)
{
	for (unsigned i = 0; i < 100; i++)
		ck_assert(!wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS + BUSY_POLL_WAKING_NS + 1));
	learn(BUSY_POLL_WORK);
	/* It becomes slow. */
	for (unsigned i = 0; i < 100; i++)
		wait_for_traffic(BUSY_POLL_WORK, 10 * LIMIT_NS);
	ck_assert_uint_le(poll.polls - poll.hits, 2);
}
END_TEST

START_TEST(waking_is_no_fault_of_the_disk)
{
	for (unsigned i = 0; i < 1 + BUSY_POLL_SCORE_ENOUGH; i++)
		ck_assert(!wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS + BUSY_POLL_WAKING_NS));
	ck_assert(wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS));
	/* What was looked out for in vain came too late, however little. */
	wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS + 1);
	ck_assert(!wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS));
}
END_TEST

/* Of so many, one was long. */
static void wait_often(unsigned count, unsigned of)
{
	for (unsigned i = 0; i < count; i++)
		wait_for_traffic(BUSY_POLL_WORK, i % of == of - 1 ? 2 * LIMIT_NS : LIMIT_NS / 2);
}

START_TEST(five_waits_of_six_must_be_short)
{
	uint64_t polls;

	learn(BUSY_POLL_WORK);
	polls = poll.polls;
	wait_often(700, 7);
	ck_assert_uint_gt(poll.polls - polls, 350);
	wait_often(100, 5);
	polls = poll.polls;
	wait_often(500, 5);
	/* At most one try, behind so many short ones that it may have changed. */
	ck_assert_uint_le(poll.polls - polls, 100);
}
END_TEST

START_TEST(what_is_there_already_teaches_nothing)
{
	for (unsigned i = 0; i < 100; i++) {
		ck_assert_uint_eq(busy_poll_begin(&poll, 1, now_ns), 0);
		busy_poll_end(&poll, now_ns, false, true);
	}
}
END_TEST

START_TEST(a_client_that_thinks_is_not_looked_out_for_while_its_disk_is)
{
	unsigned thoughts = 0, works = 0;

	learn(BUSY_POLL_REQUEST);
	for (unsigned i = 0; i < 100; i++) {
		works += wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS / 2);
		thoughts += wait_for_traffic(BUSY_POLL_REQUEST, 20 * LIMIT_NS);
	}
	ck_assert_uint_ge(works, 90);
	ck_assert_uint_le(thoughts, 2);
}
END_TEST

START_TEST(an_idle_rig_looks_out_once)
{
	learn(BUSY_POLL_REQUEST);

	uint64_t polls = poll.polls, spent_ns = poll.spent_ns;
	uint64_t poll_ns = busy_poll_begin(&poll, 0, now_ns);

	ck_assert_uint_eq(poll_ns, LIMIT_NS);
	busy_poll_polled(&poll, now_ns + poll_ns, false);
	/* Timers, sockets and signals, as quick as they come. */
	for (unsigned i = 0; i < 100; i++) {
		now_ns += BUSY_POLL_TRAFFIC_NS;
		busy_poll_end(&poll, now_ns, true, false);
		ck_assert_uint_eq(busy_poll_begin(&poll, 0, now_ns), 0);
	}
	ck_assert_uint_eq(poll.polls, polls + 1);
	ck_assert_uint_eq(poll.spent_ns, spent_ns + LIMIT_NS);
}
END_TEST

START_TEST(timers_and_sockets_teach_nothing)
{
	for (unsigned i = 0; i < 100; i++) {
		ck_assert_uint_eq(busy_poll_begin(&poll, 0, now_ns), 0);
		now_ns += 10;
		busy_poll_end(&poll, now_ns, true, false);
	}
	learn(BUSY_POLL_REQUEST);

	unsigned score = poll.scores[BUSY_POLL_REQUEST];

	busy_poll_begin(&poll, 0, now_ns);
	now_ns += HOUR_NS;
	busy_poll_end(&poll, now_ns, true, false);
	ck_assert_uint_eq(poll.scores[BUSY_POLL_REQUEST], score);
}
END_TEST

START_TEST(who_has_lost_the_processor_leaves_it_to_others)
{
	learn(BUSY_POLL_WORK);
	ck_assert(busy_poll_look(&poll, now_ns, now_ns + BUSY_POLL_LOST_NS));
	ck_assert(wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS / 2));
	now_ns += BUSY_POLL_LOST_NS + 1;
	ck_assert(!busy_poll_look(&poll, now_ns - BUSY_POLL_LOST_NS - 1, now_ns));

	uint64_t end_ns = now_ns + BUSY_POLL_REST_NS;

	while (now_ns < end_ns)
		ck_assert(!wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS / 2));
	/* What was short meanwhile is known. */
	ck_assert(wait_for_traffic(BUSY_POLL_WORK, LIMIT_NS / 2));
}
END_TEST

START_TEST(many_at_a_time_are_not_looked_out_for)
{
	unsigned score;

	learn(BUSY_POLL_WORK);
	ck_assert_uint_eq(busy_poll_begin(&poll, BUSY_POLL_WORK_MAX, now_ns), LIMIT_NS);
	score = poll.scores[BUSY_POLL_WORK];
	/* However short these waits are, and however long. */
	for (unsigned i = 0; i < 100; i++) {
		ck_assert_uint_eq(busy_poll_begin(&poll, BUSY_POLL_WORK_MAX + 1, now_ns), 0);
		now_ns += i % 2 ? LIMIT_NS / 2 : 10 * LIMIT_NS;
		busy_poll_end(&poll, now_ns, true, true);
	}
	ck_assert_uint_eq(poll.scores[BUSY_POLL_WORK], score);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("busy_poll");
	TCase *test_case = tcase_create("busy_poll");

	(void)argc;
	tcase_add_checked_fixture(test_case, begin, NULL);
	tcase_add_test(test_case, what_is_off_never_looks_out);
	tcase_add_test(test_case, a_few_short_waits_make_it_look_out);
	tcase_add_test(test_case, a_slow_disk_is_not_looked_out_for);
	tcase_add_test(test_case, waking_is_no_fault_of_the_disk);
	tcase_add_test(test_case, five_waits_of_six_must_be_short);
	tcase_add_test(test_case, what_is_there_already_teaches_nothing);
	tcase_add_test(test_case, a_client_that_thinks_is_not_looked_out_for_while_its_disk_is);
	tcase_add_test(test_case, an_idle_rig_looks_out_once);
	tcase_add_test(test_case, timers_and_sockets_teach_nothing);
	tcase_add_test(test_case, who_has_lost_the_processor_leaves_it_to_others);
	tcase_add_test(test_case, many_at_a_time_are_not_looked_out_for);
	suite_add_tcase(suite, test_case);
	return engine_suite_run(suite, argv[0]);
}
