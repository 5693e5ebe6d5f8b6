/* SPDX-License-Identifier: Apache-2.0 */
/* The clock: now and as of the last tick, scaled and stepped. */
#include <check.h>
#include <stdbool.h>

#include "simfs/base/clock.h"

/* The longest tick of a kernel is 10 ms; a busy machine may take the processor in between. */
#define TICK_NS (10 * NS_PER_MS)
#define TRIES	1000

START_TEST(a_tick_is_never_ahead_and_little_behind)
{
	bool is_close = false;

	for (int i = 0; i < TRIES && !is_close; i++) {
		uint64_t before_ns = clock_now_ns(), tick_ns = clock_tick_ns();

		ck_assert_uint_le(tick_ns, clock_now_ns());
		is_close = tick_ns + 2 * TICK_NS >= before_ns;
	}
	ck_assert(is_close);
}
END_TEST

START_TEST(a_new_scale_takes_no_time_back)
{
	for (int i = 0; i < TRIES; i++) {
		uint64_t before_ns = clock_tick_ns(), tick_ns;

		clock_set_scale(i % 2 == 0 ? 60000 : 1000);
		tick_ns = clock_tick_ns();
		ck_assert_uint_ge(tick_ns, before_ns);
		/* The tick comes first: the next one may be later than what is now. */
		ck_assert_uint_ge(clock_now_ns(), tick_ns);
	}
}
END_TEST

START_TEST(a_stepped_clock_has_no_ticks)
{
	clock_step_to(12345);
	ck_assert_uint_eq(clock_tick_ns(), 12345);
	ck_assert_uint_eq(clock_now_ns(), 12345);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("clock");
	TCase *tcase = tcase_create("clock");

	tcase_add_test(tcase, a_tick_is_never_ahead_and_little_behind);
	tcase_add_test(tcase, a_new_scale_takes_no_time_back);
	tcase_add_test(tcase, a_stepped_clock_has_no_ticks);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
