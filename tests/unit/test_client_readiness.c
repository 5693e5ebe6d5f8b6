/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_client_readiness.c - a client that is asked whether it is ready, outside of a run.
 */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/clients/readiness.h"
#include "tests/lib/engine_suite.h"

#define ENDLESS "sleep 600"

static const struct {
	const char *ready;
	const char *why;
} commands[] = {
	{ NULL, NULL },
	{ "true", NULL },
	{ "echo all is well; exit 0", NULL },
	{ "echo first; echo the packages are not there >&2; exit 77",
		"the packages are not there" },
	{ "exit 3", "no reason was given" },
	{ "test -d {repo} && test -x {snaprig} && test {log}", NULL },
	{ "test \"$(pwd)\" = {repo} && echo x >made && test -z \"$(ls {repo} | grep -v -e made -e "
	  "said)\"",
		NULL },
	{ ENDLESS, "'ready' of its adapter does not finish" },
};

START_TEST(a_client_says_whether_all_is_there_that_it_needs)
{
	const struct client client = { .ready = (char *)(uintptr_t)commands[_i].ready };
	/* Only whoever has no end is not waited for. */
	bool ends = !client.ready || strcmp(client.ready, ENDLESS) != 0;
	char *why = client_unready(&client, ends ? READINESS_PATIENCE_NS : 300000000);

	if (commands[_i].why)
		ck_assert_str_eq(why ? why : "ready", commands[_i].why);
	else
		ck_assert_str_eq(why ? why : "ready", "ready");
	free(why);
}
END_TEST

START_TEST(where_no_folder_can_be_made_it_says_so)
{
	const struct client client = { .ready = (char *)(uintptr_t) "true" };

	setenv("TMPDIR", "/nowhere", 1);

	char *why = client_unready(&client, READINESS_PATIENCE_NS);

	ck_assert_ptr_nonnull(why);
	ck_assert_ptr_nonnull(strstr(why, "'/nowhere'"));
	free(why);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("client_readiness");
	TCase *tests = tcase_create("ready");

	(void)argc;

	tcase_add_loop_test(tests, a_client_says_whether_all_is_there_that_it_needs, 0,
		(int)(sizeof commands / sizeof commands[0]));
	tcase_add_test(tests, where_no_folder_can_be_made_it_says_so);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
