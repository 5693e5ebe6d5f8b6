/* SPDX-License-Identifier: Apache-2.0 */
/* test_ring_later.c - when what is put off is done. */
#include <check.h>
#include <string.h>

#include "simfs/blockio/ring.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/ring_bench.h"

static char order[8];

struct named_op {
	struct ring_op op;
	struct ring *ring;
	struct named_op *puts_off; /* NULL: none */
	struct named_op *starts;   /* the same */
	char name;
};

static void start_nop(struct ring *ring, struct named_op *named)
{
	struct io_uring_sqe *sqe = ring_sqe(ring);

	io_uring_prep_nop(sqe);
	ring_start(ring, sqe, &named->op);
}

static void note(struct ring_op *op, int result, uint32_t flags)
{
	struct named_op *named = (struct named_op *)op;

	ck_assert(result == 0 && flags == 0);
	strncat(order, &named->name, 1);
	if (named->puts_off)
		ring_later(named->ring, &named->puts_off->op);
	if (named->starts)
		start_nop(named->ring, named->starts);
}

START_TEST(what_was_put_off_comes_behind_the_completions_that_are_there)
{
	struct ring *ring = ring_bench_make();
	struct named_op late = { .op.done = note, .name = 'L' };
	struct named_op a = { .op.done = note, .ring = ring, .puts_off = &late, .name = 'a' };
	struct named_op b = { .op.done = note, .name = 'b' };

	order[0] = '\0';
	start_nop(ring, &a);
	start_nop(ring, &b);
	while (ring_under_way(ring) > 0)
		ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_str_eq(order, "abL");
	ring_destroy(ring);
}
END_TEST

/* A read that the kernel has already brings one more block for the segment that waits. */
START_TEST(what_was_put_off_comes_behind_what_was_started_and_has_ended_at_once)
{
	struct ring *ring = ring_bench_make();
	struct named_op late = { .op.done = note, .name = 'L' },
			c = { .op.done = note, .name = 'c' };
	struct named_op a = {
		.op.done = note, .ring = ring, .puts_off = &late, .starts = &c, .name = 'a'
	};

	order[0] = '\0';
	start_nop(ring, &a);
	while (ring_under_way(ring) > 0)
		ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_str_eq(order, "acL");
	ring_destroy(ring);
}
END_TEST

START_TEST(nobody_waits_while_something_is_put_off_and_what_that_puts_off_is_next)
{
	struct ring *ring = ring_bench_make();
	struct named_op last = { .op.done = note, .name = 'z' };
	struct named_op late = { .op.done = note, .ring = ring, .puts_off = &last, .name = 'L' };
	uint64_t rounds = 0;

	order[0] = '\0';
	ring_later(ring, &late.op);
	ck_assert_uint_eq(ring_under_way(ring), 1);
	/* Nothing is under way in the kernel: who waited would wait for ever. */
	while (ring_under_way(ring) > 0) {
		ck_assert_uint_lt(rounds++, 3);
		ck_assert_int_eq(ring_run_once(ring), 0);
	}
	ck_assert_str_eq(order, "Lz");
	ring_destroy(ring);
}
END_TEST

static struct ring *running;

static void run_until_empty(struct ring_op *op, int result, uint32_t flags)
{
	note(op, result, flags);
	while (ring_under_way(running) > 0)
		ck_assert_int_eq(ring_run_once(running), 0);
}

START_TEST(one_of_those_put_off_may_run_the_ring_for_the_others)
{
	struct ring *ring = running = ring_bench_make();
	struct named_op first = { .op.done = run_until_empty, .name = '1' };
	struct named_op second = { .op.done = note, .name = '2' };

	order[0] = '\0';
	ring_later(ring, &first.op);
	ring_later(ring, &second.op);
	ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_str_eq(order, "12");
	ring_destroy(ring);
}
END_TEST

START_TEST(what_is_still_put_off_is_not_done_when_the_ring_goes)
{
	struct ring *ring = ring_bench_make();
	struct ring_op late = { .done = ring_bench_never_done };

	ring_later(ring, &late);
	ring_destroy(ring);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("put off by a ring");
	TCase *tcase = tcase_create("later");

	(void)argc;
	tcase_add_test(tcase, what_was_put_off_comes_behind_the_completions_that_are_there);
	tcase_add_test(tcase, what_was_put_off_comes_behind_what_was_started_and_has_ended_at_once);
	tcase_add_test(
		tcase, nobody_waits_while_something_is_put_off_and_what_that_puts_off_is_next);
	tcase_add_test(tcase, one_of_those_put_off_may_run_the_ring_for_the_others);
	tcase_add_test(tcase, what_is_still_put_off_is_not_done_when_the_ring_goes);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
