/* SPDX-License-Identifier: Apache-2.0 */
/* What tells the worlds of a journal of commands apart. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/doors/dm/commands/world_number.h"
#include "tests/lib/engine_suite.h"

/* A journal of TEXT. */
static int journal_of(const char *text)
{
	int fd = memfd_create("journal", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_APPEND), 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

static json_int_t number_in(const char *text)
{
	int fd = journal_of(text);
	json_int_t number = 0;

	ck_assert_int_eq(world_number_take(fd, &number), 0);
	close(fd);
	return number;
}

START_TEST(the_first_world_has_the_time_of_day)
{
	json_int_t before = clock_wall_seconds(), number = number_in("");

	ck_assert_int_ge(number, before);
	ck_assert_int_le(number, clock_wall_seconds());
}
END_TEST

START_TEST(two_worlds_in_one_second_are_two)
{
	json_int_t now = clock_wall_seconds() + 1000;
	char text[64];

	snprintf(text, sizeof text, "{\"world\":%" JSON_INTEGER_FORMAT "}\n", now);
	ck_assert_int_eq(number_in(text), now + 1);
}
END_TEST

START_TEST(lines_that_are_none_are_no_world)
{
	json_int_t now = clock_wall_seconds() + 1000;
	char text[128];

	snprintf(text, sizeof text, "{\"world\":%" JSON_INTEGER_FORMAT "}\n\n[]\n{}\n{\"wor", now);
	ck_assert_int_eq(number_in(text), now + 1);
}
END_TEST

START_TEST(a_line_that_was_cut_off_is_ended)
{
	int fd = journal_of("{\"world\":1}\n{\"wor");
	char text[64] = "";
	json_int_t number;

	ck_assert_int_eq(world_number_take(fd, &number), 0);
	ck_assert_int_eq(write(fd, "{}\n", 3), 3);
	ck_assert_int_gt(pread(fd, text, sizeof text - 1, 0), 0);
	ck_assert_str_eq(text, "{\"world\":1}\n{\"wor\n{}\n");
	close(fd);
}
END_TEST

int main(int argc, char **argv)
{
	(void)argc;

	Suite *suite = suite_create("numbers of worlds");
	TCase *tests = tcase_create("numbers");

	tcase_add_test(tests, the_first_world_has_the_time_of_day);
	tcase_add_test(tests, two_worlds_in_one_second_are_two);
	tcase_add_test(tests, lines_that_are_none_are_no_world);
	tcase_add_test(tests, a_line_that_was_cut_off_is_ended);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
