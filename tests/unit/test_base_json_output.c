/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs are told on stdout: documents, and failures.
 */
#include "simfs/base/json_output.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "tests/lib/engine_suite.h"

static int stdout_before = -1, stdout_file = -1;

/* stdout is a file from here on; stderr says nothing. */
static void set_up(void)
{
	char path[] = "/tmp/snaprig-unit-XXXXXX";

	stdout_file = mkstemp(path);
	ck_assert_int_ge(stdout_file, 0);
	unlink(path);
	stdout_before = dup(STDOUT_FILENO);
	ck_assert_int_ge(dup2(stdout_file, STDOUT_FILENO), 0);
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}

static void tear_down(void)
{
	fflush(stdout);
	dup2(stdout_before, STDOUT_FILENO);
	close(stdout_before);
	close(stdout_file);
}

static const char *printed(void)
{
	static char text[8192];
	ssize_t length;

	fflush(stdout);
	length = pread(stdout_file, text, sizeof text - 1, 0);
	ck_assert_int_ge(length, 0);
	text[length] = '\0';
	return text;
}

START_TEST(a_failure_is_one_line_with_its_errno)
{
	json_output_begin();
	log_error_code(-EEXIST, "cannot make image '%s'", "vol.img");
	ck_assert_int_eq(json_output_end(EXIT_USAGE), EXIT_USAGE);
	ck_assert_str_eq(printed(),
		"{\"schema_version\":1,\"error\":{\"code\":\"EEXIST\",\"message\":\"cannot make "
		"image 'vol.img': File exists\"},\"exit\":2}\n");
}
END_TEST

START_TEST(a_hint_is_what_stands_in_parentheses_at_the_end)
{
	json_output_begin();
	log_error("unknown command 'creat' (did you mean 'create' (of images)?)");
	json_output_end(EXIT_USAGE);
	ck_assert_str_eq(printed(),
		"{\"schema_version\":1,\"error\":{\"code\":\"EINVAL\",\"message\":\"unknown "
		"command 'creat'\",\"hint\":\"did you mean 'create' (of images)?\"},"
		"\"exit\":2}\n");
}
END_TEST

START_TEST(the_first_errno_counts_and_every_message_is_told)
{
	json_output_begin();
	log_error("fusermount3: failed");
	log_error_of(-EBUSY, "in use");
	log_error_code(-EIO, "cannot unmount");
	log_info("nobody failed");
	json_output_end(EXIT_RIG);
	ck_assert_str_eq(printed(),
		"{\"schema_version\":1,\"error\":{\"code\":\"EBUSY\",\"message\":\"fusermount3: "
		"failed\\nin use\\ncannot unmount: Input/output error\"},\"exit\":4}\n");
}
END_TEST

START_TEST(a_failure_without_an_errno_says_null)
{
	json_output_begin();
	log_error("'\xff' is strange");
	json_output_end(EXIT_SKIPPED);
	ck_assert_str_eq(printed(),
		"{\"schema_version\":1,\"error\":{\"code\":null,\"message\":\"'?' is "
		"strange\"},\"exit\":77}\n");
}
END_TEST

START_TEST(what_was_printed_stays_the_only_document)
{
	json_t *document = json_pack("{s:f, s:i}", "seconds", 0.60365264500000004, "first", 1);

	json_output_begin();
	ck_assert_int_eq(json_output_print(document), EXIT_MET);
	log_error("a finding");
	ck_assert_int_eq(json_output_end(EXIT_FINDING), EXIT_FINDING);
	ck_assert_str_eq(printed(),
		"{\n  \"schema_version\": 1,\n  \"seconds\": 0.603652645,\n  \"first\": 1\n}\n");
	json_decref(document);
}
END_TEST

START_TEST(without_json_nothing_is_printed)
{
	log_error("failed");
	ck_assert_int_eq(json_output_end(EXIT_RIG), EXIT_RIG);
	ck_assert_str_eq(printed(), "");
}
END_TEST

START_TEST(a_success_is_no_failure)
{
	json_output_begin();
	log_error("not fatal");
	ck_assert_int_eq(json_output_end(EXIT_MET), EXIT_MET);
	ck_assert_str_eq(printed(), "");
}
END_TEST

START_TEST(a_child_tells_its_parent_why)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	json_output_begin();
	log_error_code(-ENOSPC, "cannot write");
	json_output_send(ends[1]);
	close(ends[1]);
	json_output_begin();
	json_output_receive(ends[0]);
	close(ends[0]);
	json_output_end(EXIT_RIG);
	ck_assert_ptr_nonnull(strstr(printed(), "{\"code\":\"ENOSPC\",\"message\":\"cannot write"));
}
END_TEST

START_TEST(messages_without_end_are_cut_and_do_no_harm)
{
	json_output_begin();
	for (int i = 0; i < 1000; i++)
		log_error("message %d (with a hint)", i);
	json_output_end(EXIT_RIG);

	json_t *document = json_loads(printed(), 0, NULL);

	ck_assert_ptr_nonnull(document);
	json_decref(document);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("JSON output");
	TCase *tests = tcase_create("documents");

	(void)argc;
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_failure_is_one_line_with_its_errno);
	tcase_add_test(tests, a_hint_is_what_stands_in_parentheses_at_the_end);
	tcase_add_test(tests, the_first_errno_counts_and_every_message_is_told);
	tcase_add_test(tests, a_failure_without_an_errno_says_null);
	tcase_add_test(tests, what_was_printed_stays_the_only_document);
	tcase_add_test(tests, without_json_nothing_is_printed);
	tcase_add_test(tests, a_success_is_no_failure);
	tcase_add_test(tests, a_child_tells_its_parent_why);
	tcase_add_test(tests, messages_without_end_are_cut_and_do_no_harm);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
