/* SPDX-License-Identifier: Apache-2.0 */
/* The log of a rig in the background stays small, whatever it has to say. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/log.h"
#include "simfs/base/log_file.h"
#include "tests/unit/run_folder.h"

static int kept_stderr;

static void set_up(void)
{
	run_folder_setup();
	kept_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	ck_assert_int_eq(log_file_open(AT_FDCWD, "log", "old"), 0);
	ck_assert_int_eq(log_file_take_over(), 0);
}

static void close_it(void)
{
	log_file_close();
	dup2(kept_stderr, STDERR_FILENO);
}

static void tear_down(void)
{
	close_it();
	close(kept_stderr);
	run_folder_teardown();
}

static off_t bytes_of(const char *name)
{
	struct stat facts;

	ck_assert_int_eq(stat(name, &facts), 0);
	return facts.st_size;
}

static void says(const char *expected)
{
	char text[4096];
	FILE *file = fopen("log", "re");

	ck_assert_ptr_nonnull(file);

	size_t length = fread(text, 1, sizeof text - 1, file);

	fclose(file);
	text[length] = '\0';
	ck_assert_str_eq(text, expected);
}

START_TEST(messages_and_stderr_go_to_the_file)
{
	log_error("one");
	log_error_code(-EIO, "two");
	fputs("three\n", stderr);
	log_info("four");
	says("snaprig: one\nsnaprig: two: Input/output error\nthree\nsnaprig: four\n");
}
END_TEST

START_TEST(it_never_grows_beyond_two_files_of_its_limit)
{
	for (unsigned i = 0; i < 60000; i++)
		log_error("cannot make the volume longer: message %u of very many", i);
	ck_assert_int_le(bytes_of("log"), LOG_FILE_MAX_BYTES);
	ck_assert_int_le(bytes_of("old"), LOG_FILE_MAX_BYTES);
	ck_assert_int_gt(bytes_of("log") + bytes_of("old"), LOG_FILE_MAX_BYTES);
	ck_assert_uint_eq(run_folder_count(), 2);
}
END_TEST

START_TEST(what_is_said_again_is_counted)
{
	for (unsigned i = 0; i < 20000; i++)
		log_error("again");
	says("snaprig: again\n");
	log_error("else");
	says("snaprig: again\nsnaprig: the same, 19999 more\nsnaprig: else\n");
	log_error("else");
	close_it();
	says("snaprig: again\nsnaprig: the same, 19999 more\nsnaprig: else\n"
	     "snaprig: the same, 1 more\n");
}
END_TEST

START_TEST(it_goes_on_where_it_was_and_is_full_where_it_was)
{
	log_error("before");
	close_it();
	ck_assert_int_eq(log_file_open(AT_FDCWD, "log", "old"), 0);
	ck_assert_int_eq(log_file_take_over(), 0);
	log_error("after");
	says("snaprig: before\nsnaprig: after\n");
	close_it();

	ck_assert_int_eq(truncate("log", LOG_FILE_MAX_BYTES), 0);
	ck_assert_int_eq(log_file_open(AT_FDCWD, "log", "old"), 0);
	ck_assert_int_eq(log_file_take_over(), 0);
	log_error("new");
	says("snaprig: new\n");
	ck_assert_int_eq(bytes_of("old"), LOG_FILE_MAX_BYTES);
}
END_TEST

START_TEST(when_no_new_file_can_be_made_messages_are_lost_and_nothing_else)
{
	ck_assert_int_eq(truncate("log", LOG_FILE_MAX_BYTES), 0);
	close_it();
	ck_assert_int_eq(log_file_open(AT_FDCWD, "log", "missing/old"), 0);
	ck_assert_int_eq(log_file_take_over(), 0);
	for (unsigned i = 0; i < 100; i++)
		log_error("message %u", i);
	ck_assert_int_eq(bytes_of("log"), LOG_FILE_MAX_BYTES);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("log_file");
	TCase *tcase = tcase_create("log_file");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, messages_and_stderr_go_to_the_file);
	tcase_add_test(tcase, it_never_grows_beyond_two_files_of_its_limit);
	tcase_add_test(tcase, what_is_said_again_is_counted);
	tcase_add_test(tcase, it_goes_on_where_it_was_and_is_full_where_it_was);
	tcase_add_test(tcase, when_no_new_file_can_be_made_messages_are_lost_and_nothing_else);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
