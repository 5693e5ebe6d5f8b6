/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_client_requirement.c - what a client requires of a machine, and what is said when it is
 * not there.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/clients/requirement.h"
#include "tests/lib/engine_suite.h"

static const struct {
	const char *text;
	bool is_valid;
} texts[] = {
	{ "dd", true },
	{ "clang++-19", true },
	{ "", false },
	{ "borgmatic>=1.9.4", true },
	{ "borgmatic>=2", true },
	{ "borgmatic>=", false },
	{ ">=1", false },
	{ "borgmatic>=1.", false },
	{ "borgmatic>=.1", false },
	{ "borgmatic>=1.9a", false },
	{ "borgmatic>=1234567890", false },
	{ "$SCRIPTS_2", true },
	{ "$", false },
	{ "$2", false },
	{ "$A-B", false },
};

START_TEST(what_can_be_required_is_a_program_its_version_or_a_variable)
{
	ck_assert_int_eq(requirement_is_valid(texts[_i].text), texts[_i].is_valid);
}
END_TEST

/* Asserts that TEXT is missing in the words WHY; NULL: that it is there. */
static void is_missing(const char *text, const char *why)
{
	char *missing = requirement_missing(text);

	if (why)
		ck_assert_str_eq(missing ? missing : "there", why);
	else
		ck_assert_str_eq(missing ? missing : "there", "there");
	free(missing);
}

START_TEST(a_program_is_there_or_not)
{
	is_missing("sh", NULL);
	is_missing("no-such-tool", "no program 'no-such-tool'");
	is_missing("no-such-tool>=1", "no program 'no-such-tool'");
}
END_TEST

/* In PATH for this process: one that says what it is told to. */
static void program_make(char folder[], const char *says)
{
	char path[256];
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/snaprig-says", folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n[ \"$1\" = --version ] || exit 1\n%s\n", says);
	fclose(file);
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert_int_eq(setenv("PATH", folder, 1), 0);
}

static const struct {
	const char *says, *requirement, *missing;
} versions[] = {
	{ "echo 1.9.4", "snaprig-says>=1.9.4", NULL },
	{ "echo 1.9.14", "snaprig-says>=1.9.4", NULL },
	{ "echo 1.10", "snaprig-says>=1.9.4", NULL },
	{ "echo 2", "snaprig-says>=1.9.4", NULL },
	{ "echo 'a tool, version 1.9.4-rc1 (of 2020)'", "snaprig-says>=1.9.4", NULL },
	{ "echo 1.9.4.1", "snaprig-says>=1.9.4", NULL },
	{ "echo 1.9", "snaprig-says>=1.9.0", "no version 1.9.0 of 'snaprig-says', which is 1.9" },
	{ "echo v1.7.7", "snaprig-says>=1.9.4",
		"no version 1.9.4 of 'snaprig-says', which is 1.7.7" },
	{ "echo 0.99", "snaprig-says>=1", "no version 1 of 'snaprig-says', which is 0.99" },
	{ "echo none", "snaprig-says>=1",
		"no version 1 of 'snaprig-says', which does not tell its own" },
	{ "echo 9; exit 1", "snaprig-says>=1",
		"no version 1 of 'snaprig-says', which does not tell its own" },
};

START_TEST(a_version_is_what_the_program_says)
{
	char folder[] = "/tmp/snaprig-test-XXXXXX", path[256];

	program_make(folder, versions[_i].says);
	is_missing(versions[_i].requirement, versions[_i].missing);
	snprintf(path, sizeof path, "%s/snaprig-says", folder);
	unlink(path);
	rmdir(folder);
}
END_TEST

START_TEST(a_variable_names_what_is_there)
{
	unsetenv("SNAPRIG_TEST_FOLDER");
	is_missing("$SNAPRIG_TEST_FOLDER", "no variable 'SNAPRIG_TEST_FOLDER' in the environment");
	setenv("SNAPRIG_TEST_FOLDER", "", 1);
	is_missing("$SNAPRIG_TEST_FOLDER", "no variable 'SNAPRIG_TEST_FOLDER' in the environment");
	setenv("SNAPRIG_TEST_FOLDER", "/proc/none", 1);
	is_missing("$SNAPRIG_TEST_FOLDER",
		"no '/proc/none', as variable 'SNAPRIG_TEST_FOLDER' has it");
	setenv("SNAPRIG_TEST_FOLDER", "/proc", 1);
	is_missing("$SNAPRIG_TEST_FOLDER", NULL);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("requirements of clients");
	TCase *tests = tcase_create("requirements");

	(void)argc;
	tcase_add_loop_test(tests, what_can_be_required_is_a_program_its_version_or_a_variable, 0,
		(int)(sizeof texts / sizeof texts[0]));
	tcase_add_test(tests, a_program_is_there_or_not);
	tcase_add_loop_test(tests, a_version_is_what_the_program_says, 0,
		(int)(sizeof versions / sizeof versions[0]));
	tcase_add_test(tests, a_variable_names_what_is_there);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
