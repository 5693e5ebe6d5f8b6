/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded logs, error names and the mixer that all content comes from. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "simfs/base/text_log.h"
#include "tests/lib/engine_suite.h"

START_TEST(lines_are_kept_in_order_each_with_its_newline)
{
	struct text_log log = { 0 };

	text_log_line(&log, "%s %d", "first", 1);
	text_log_line(&log, "%s", "");
	text_log_line(&log, "third");
	ck_assert_uint_eq(log.length, strlen("first 1\n\nthird\n"));
	ck_assert_mem_eq(log.text, "first 1\n\nthird\n", log.length);
	ck_assert_uint_eq(log.lines_dropped, 0);
	text_log_deinit(&log);
	ck_assert_ptr_null(log.text);
}
END_TEST

START_TEST(a_full_log_says_so_once_and_counts_what_it_drops)
{
	static const char tail[] = "(log full)\n";
	struct text_log log = { 0 };
	char line[1000];

	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	while (log.length + sizeof line <= TEXT_LOG_MAX_BYTES)
		text_log_line(&log, "%s", line);
	ck_assert_uint_eq(log.lines_dropped, 0);

	size_t kept = log.length;

	for (int i = 0; i < 3; i++)
		text_log_line(&log, "%s", line);
	/* What came too late is not kept, even when it would fit. */
	text_log_line(&log, "short");
	ck_assert_uint_eq(log.lines_dropped, 4);
	ck_assert_uint_eq(log.length, kept + strlen(tail));
	ck_assert_mem_eq(log.text + kept, tail, strlen(tail));
	text_log_deinit(&log);
}
END_TEST

START_TEST(a_line_longer_than_the_bound_is_dropped)
{
	static char line[TEXT_LOG_MAX_BYTES + 1];
	struct text_log log = { 0 };

	memset(line, 'x', sizeof line - 1);
	text_log_line(&log, "%s", line);
	ck_assert_uint_eq(log.lines_dropped, 1);
	ck_assert_uint_lt(log.length, 100);
	text_log_deinit(&log);
}
END_TEST

START_TEST(an_error_has_a_name_and_is_found_by_it)
{
	ck_assert_str_eq(error_name(0), "0");
	ck_assert_str_eq(error_name(-EIO), "EIO");
	ck_assert_str_eq(error_name(-EUCLEAN), "EUCLEAN");
	ck_assert_str_eq(error_name(-100000), "EUNKNOWN");
	ck_assert_str_eq(error_text(-EIO), "Input/output error");
	ck_assert_int_eq(error_from_name("EFBIG"), -EFBIG);
	ck_assert_int_eq(error_from_name("EHWPOISON"), -EHWPOISON);
	ck_assert_int_eq(error_from_name("ENOTHING"), 0);
	ck_assert_int_eq(error_from_name(""), 0);
}
END_TEST

START_TEST(the_same_range_of_a_stream_always_has_the_same_bytes)
{
	unsigned char whole[256], part[64];

	mix_fill(whole, sizeof whole, 7, 4096);
	mix_fill(part, sizeof part, 7, 4096 + 128);
	ck_assert_mem_eq(whole + 128, part, sizeof part);
	mix_fill(part, sizeof part, 8, 4096 + 128);
	ck_assert_mem_ne(whole + 128, part, sizeof part);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("base logs");
	TCase *logs = tcase_create("text log");
	TCase *names = tcase_create("names and mixer");

	(void)argc;
	tcase_add_test(logs, lines_are_kept_in_order_each_with_its_newline);
	tcase_add_test(logs, a_full_log_says_so_once_and_counts_what_it_drops);
	tcase_add_test(logs, a_line_longer_than_the_bound_is_dropped);
	tcase_add_test(names, an_error_has_a_name_and_is_found_by_it);
	tcase_add_test(names, the_same_range_of_a_stream_always_has_the_same_bytes);
	suite_add_tcase(suite, logs);
	suite_add_tcase(suite, names);
	return engine_suite_run(suite, argv[0]);
}
