/* SPDX-License-Identifier: Apache-2.0 */
/* The line that is a writer: what can be written, and what is said of what cannot. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/vss_codes.h"
#include "simfs/volume/writers/spec.h"
#include "tests/lib/engine_suite.h"

static struct writer_spec spec;

static void parse(const char *text)
{
	char message[WRITER_MESSAGE_BYTES] = "";

	ck_assert_msg(writer_spec_parse(text, &spec, message) == 0, "%s: %s", text, message);
}

START_TEST(all_keys_are_read)
{
	parse(" simulated\tname=\"System Writer\"  freeze=200ms thaw=1s dies=5s limit=10m ");
	ck_assert_int_eq(spec.kind, WRITER_SIMULATED);
	ck_assert_str_eq(spec.name, "System Writer");
	ck_assert_str_eq(spec.id, "{e8132975-6f93-4464-a53e-1050253ae220}");
	ck_assert_uint_eq(spec.freeze_ns, 200 * NS_PER_MS);
	ck_assert_uint_eq(spec.thaw_ns, NS_PER_S);
	ck_assert_uint_eq(spec.dies_ns, 5 * NS_PER_S);
	ck_assert_uint_eq(spec.limit_ns, 600 * NS_PER_S);
	parse("hook path=/a/b id={E8132975-6F93-4464-A53E-1050253AE220}");
	ck_assert_int_eq(spec.kind, WRITER_HOOK);
	ck_assert_str_eq(spec.name, "/a/b");
	ck_assert_str_eq(spec.path, "/a/b");
	ck_assert_str_eq(spec.id, "{e8132975-6f93-4464-a53e-1050253ae220}");
	ck_assert_uint_eq(spec.limit_ns, 60 * NS_PER_S);
	parse("fsfreeze path=\"/mnt/my data\" name=d");
	ck_assert_int_eq(spec.kind, WRITER_FSFREEZE);
	ck_assert_str_eq(spec.path, "/mnt/my data");
}
END_TEST

START_TEST(a_name_that_windows_does_not_have_always_gets_the_same_id)
{
	char first[WRITER_GUID_BYTES];

	parse("simulated name=db");
	ck_assert_uint_eq(strlen(spec.id), WRITER_GUID_BYTES - 1);
	memcpy(first, spec.id, sizeof first);
	parse("simulated name=db2");
	ck_assert_str_ne(spec.id, first);
	parse("simulated name=db thaw=1s");
	ck_assert_str_eq(spec.id, first);
}
END_TEST

static const struct {
	const char *text, *message;
} mistakes[] = {
	{ "", "a kind of writer is missing (try simulated name=\"System Writer\") at column 1" },
	{ "simulatd name=a",
		"unknown kind of writer 'simulatd' (simulated, hook or fsfreeze) at column 1; did "
		"you mean 'simulated'?" },
	{ "simulated", "a name is missing (try name=\"System Writer\") at column 10" },
	{ "simulated name=", "cannot read name '' (try name=\"System Writer\") at column 11" },
	{ "simulated name", "cannot read name '' (try name=\"System Writer\") at column 11" },
	{ "simulated name=a nmae=b", "unknown key 'nmae' at column 18; did you mean 'name'?" },
	{ "simulated name=a name=b", "a second 'name' at column 18" },
	{ "simulated name=\"a", "a quote that is not closed at column 11" },
	{ "simulated name=a path=/x", "a writer of kind 'simulated' has no 'path' at column 18" },
	{ "simulated name=a freeze=20", "cannot read freeze '20' (try freeze=200ms) at column 18" },
	{ "simulated name=a dies=0s", "cannot read dies '0s' (try dies=5s) at column 18" },
	{ "simulated name=a limit=0s", "cannot read limit '0s' (try limit=60s) at column 18" },
	{ "simulated name=a id={e813}",
		"cannot read id '{e813}' (try id={e8132975-6f93-4464-a53e-1050253ae220}) at column "
		"18" },
	{ "hook name=a", "a path is missing (try path=/etc/qemu/fsfreeze-hook) at column 12" },
	{ "fsfreeze", "a path is missing (try path=/mnt/data) at column 9" },
	{ "hook path=bin/hook",
		"cannot read path 'bin/hook' (try path=/etc/qemu/fsfreeze-hook) at column 6" },
	{ "hook path=/x freeze=1s", "a writer of kind 'hook' has no 'freeze' at column 14" },
	{ "simulated name=a\x01", "a control character at column 17" },
	{ "simulated name=\xff", "a writer must be UTF-8 at column 1" },
	{ "hook path=/0123456789012345678901234567890123456789012345678901234567890123456789",
		"a name is missing (try name=\"System Writer\") at column 82" },
};

START_TEST(a_mistake_is_told_with_its_column)
{
	char message[WRITER_MESSAGE_BYTES] = "";

	ck_assert_int_eq(writer_spec_parse(mistakes[_i].text, &spec, message), -EINVAL);
	ck_assert_str_eq(message, mistakes[_i].message);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_refused)
{
	char message[WRITER_MESSAGE_BYTES], text[WRITER_TEXT_MAX + 2];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(writer_spec_parse(text, &spec, message), -EINVAL);
	ck_assert_str_eq(message, "a writer has at most 1024 bytes");
	/* All of it is one word, which fits into the message. */
	text[WRITER_TEXT_MAX] = '\0';
	ck_assert_int_eq(writer_spec_parse(text, &spec, message), -EINVAL);
}
END_TEST

START_TEST(each_code_stands_for_one_errno_and_back)
{
	size_t count = 0;

	for (const struct vss_code *code; (code = vss_code_at(count)); count++) {
		char text[16];

		ck_assert_ptr_eq(vss_code_of(code->error), code);
		snprintf(text, sizeof text, "0x%08x", code->code);
		ck_assert_ptr_eq(vss_code_find(text), code);
		snprintf(text, sizeof text, "0x%08X", code->code);
		ck_assert_ptr_eq(vss_code_find(text), code);
	}
	ck_assert_uint_eq(count, 9);
	ck_assert_uint_eq(vss_code_of(-EFBIG)->code, 0x800423f4);
	ck_assert(!vss_code_of(-EIO)->retry);
	ck_assert_ptr_null(vss_code_find("0x800423f5"));
	ck_assert_ptr_null(vss_code_find("0x800423f"));
	ck_assert_ptr_null(vss_code_find("ETIMEDOUT"));
	ck_assert_ptr_null(vss_code_find("0x800423fx"));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("the line of a writer");
	TCase *lines = tcase_create("lines");

	(void)argc;
	tcase_add_test(lines, all_keys_are_read);
	tcase_add_test(lines, a_name_that_windows_does_not_have_always_gets_the_same_id);
	tcase_add_loop_test(
		lines, a_mistake_is_told_with_its_column, 0, sizeof mistakes / sizeof mistakes[0]);
	tcase_add_test(lines, a_line_that_is_too_long_is_refused);
	tcase_add_test(lines, each_code_stands_for_one_errno_and_back);
	suite_add_tcase(suite, lines);
	return engine_suite_run(suite, argv[0]);
}
