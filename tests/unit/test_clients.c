/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_clients.c - the words of commands, and what a client publishes.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/clients/words.h"
#include "tests/lib/engine_suite.h"

static const struct client_words words = {
	.snapshot = "/w/mnt/snapshots/s 1",
	.live = "/w/mnt/live",
	.mnt = "/w/mnt",
	.out = "/w/[o]ut/b1.backup",
	.repo = "/w/repo",
	.restored = "",
	.log = "/w/it's.log",
	.snaprig = "/usr/bin/snaprig",
};

START_TEST(words_are_quoted_for_the_shell)
{
	char *command = client_command("x {snapshot} {log} ${out} {restored} {}", &words);

	ck_assert_str_eq(command, "x '/w/mnt/snapshots/s 1' '/w/it'\\''s.log' ${out} '' {}");
	free(command);
}
END_TEST

START_TEST(a_word_that_is_the_shells_is_none)
{
	ck_assert(client_has_word("cp {snapshot} {repo}", "repo"));
	ck_assert(client_has_word("${repo} {repo}", "repo"));
	ck_assert(!client_has_word("cp ${repo} {repos} {rep} {repo", "repo"));
	ck_assert(!client_has_word("", "repo"));
}
END_TEST

START_TEST(words_that_are_not_empty_are_in_the_environment)
{
	static const char *const wanted[] = { "SNAPRIG_SNAPSHOT=/w/mnt/snapshots/s 1",
		"SNAPRIG_LIVE=/w/mnt/live", "SNAPRIG_MNT=/w/mnt", "SNAPRIG_OUT=/w/[o]ut/b1.backup",
		"SNAPRIG_REPO=/w/repo", "SNAPRIG_LOG=/w/it's.log",
		"SNAPRIG_SNAPRIG=/usr/bin/snaprig" };
	char **environment = client_environment(&words);
	size_t count = 0;

	for (; environment[count]; count++) {
		ck_assert_uint_lt(count, sizeof wanted / sizeof wanted[0]);
		ck_assert_str_eq(environment[count], wanted[count]);
		free(environment[count]);
	}
	ck_assert_uint_eq(count, sizeof wanted / sizeof wanted[0]);
	free(environment);
}
END_TEST

static const struct publishing {
	const char *publishes;
	const char *path;
	bool is_published;
} publishings[] = {
	{ "{out}", "/w/[o]ut/b1.backup", true },
	{ "{out}", "/w/[o]ut/b1.backup2", false },
	{ "{out}", "/w/[o]ut/b1.backup/a", false },
	{ "{out}", "/w/out/b1.backup", false }, /* what is put in is no pattern */
	{ "{out}/", "/w/[o]ut/b1.backup/a", true },
	{ "{out}/", "/w/[o]ut/b1.backup/a/b/.c", true },
	{ "{out}/", "/w/[o]ut/b1.backup", true },
	{ "{out}/", "/w/[o]ut/b1.backup.lock", false },
	{ "{out}.*", "/w/[o]ut/b1.backup.manifest", true },
	{ "{out}.*", "/w/[o]ut/b1.backup.d/a", false }, /* a folder is named with a '/' */
	{ "{out}.*", "/w/[o]ut/b1.backup", false },
	{ "{out}.[0-9]", "/w/[o]ut/b1.backup.7", true },
	{ "{out}.[0-9]", "/w/[o]ut/b1.backup.x", false },
	{ "{repo}/", "/w/repo/data/00/17", true },
	{ "{repo}/data/", "/w/repo/index", false },
	{ "{repo}/*/", "/w/repo/data/00/17", true },
	{ "{repo}", "/w/repo/index", false },
};

START_TEST(folders_and_patterns_are_published)
{
	const struct publishing *one = &publishings[_i];
	char *text = (char *)one->publishes;
	const struct client client = { .publishes = { .texts = &text, .count = 1 } };

	ck_assert_int_eq(client_publishes(&client, &words, one->path), one->is_published);
}
END_TEST

START_TEST(nothing_is_published_by_nobody)
{
	const struct client client = { 0 };

	ck_assert(!client_publishes(&client, &words, words.out));
}
END_TEST

START_TEST(a_client_calls_its_snapshot_as_it_is_told_or_by_its_own_rule)
{
	const struct client_words lvm = { .snapshot = "s-1", .vg = "vg0", .lv = "live" };
	char text[] = "{vg}-{lv}_it's-{snapshot}-*";
	char *called = client_calls(&(struct client){ 0 }, &lvm);

	ck_assert_str_eq(called, "s-1");
	free(called);
	called = client_calls(&(struct client){ .calls = text }, &lvm);
	ck_assert_str_eq(called, "vg0-live_it's-s-1-*");
	free(called);
}
END_TEST

/* Who is given LVM takes his snapshot himself; of others what is given is there before. */
START_TEST(what_does_not_go_together_is_a_mistake)
{
	static const struct {
		const char *lines;
		const char *mistake; /* NULL: none */
	} rows[] = {
		{ "gives: lvm\ntakes: snapshot\n", NULL },
		{ "gives: lvm\n", "gives 'lvm' is for a client that takes its snapshot itself (try "
				  "takes: snapshot)" },
		{ "gives: tree\ntakes: snapshot\n",
			"gives 'tree' needs an existing snapshot, and the client takes its own" },
		{ "gives: lvm\ntakes: snapshot\ncalls: x-*\n", NULL },
		{ "calls: x-*\n",
			"'calls' is the name of an LV, and the client gets none (try gives: lvm)" },
		{ "gives: xapi\ntakes: snapshot\nleaves: 2\n", NULL },
		{ "leaves: 2\n", "'leaves' is about snapshots in a pool, and the client gets none "
				 "(try gives: xapi)" },
		{ "requires: [ dd, \"dd>=8\", $HOME ]\n", NULL },
		{ "requires: [ \"dd>=eight\" ]\n",
			"'dd>=eight' is neither a program, PROGRAM>=VERSION nor $VARIABLE" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct client *client = NULL;
		struct mistakes mistakes;
		char text[256];

		mistakes_init(&mistakes);
		snprintf(text, sizeof text, "about: a\nbackup: b\nrestore: c\n%s", rows[i].lines);
		ck_assert_int_eq(client_parse("c", text, strlen(text), &mistakes, &client),
			rows[i].mistake ? -EINVAL : 0);
		ck_assert_uint_eq(mistakes.count, rows[i].mistake != NULL);
		if (rows[i].mistake)
			ck_assert_str_eq(mistakes.items[0].text, rows[i].mistake);
		client_destroy(client);
		mistakes_deinit(&mistakes);
	}
}
END_TEST

START_TEST(in_a_pool_a_client_may_leave_a_snapshot_or_as_many_as_it_says)
{
	static const struct {
		const char *lines;
		uint32_t leaves;
	} rows[] = {
		{ "", 0 },
		{ "gives: xapi\ntakes: snapshot\n", 1 },
		{ "gives: xapi\ntakes: snapshot\nleaves: 2\n", 2 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct client *client = NULL;
		struct mistakes mistakes;
		char text[256];

		mistakes_init(&mistakes);
		snprintf(text, sizeof text, "about: a\nbackup: b\nrestore: c\n%s", rows[i].lines);
		ck_assert_int_eq(client_parse("c", text, strlen(text), &mistakes, &client), 0);
		ck_assert_uint_eq(client->leaves, rows[i].leaves);
		client_destroy(client);
		mistakes_deinit(&mistakes);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("clients");
	TCase *tests = tcase_create("words");

	(void)argc;

	tcase_add_test(tests, what_does_not_go_together_is_a_mistake);
	tcase_add_test(tests, a_client_calls_its_snapshot_as_it_is_told_or_by_its_own_rule);
	tcase_add_test(tests, in_a_pool_a_client_may_leave_a_snapshot_or_as_many_as_it_says);
	tcase_add_test(tests, words_are_quoted_for_the_shell);
	tcase_add_test(tests, a_word_that_is_the_shells_is_none);
	tcase_add_test(tests, words_that_are_not_empty_are_in_the_environment);
	tcase_add_loop_test(tests, folders_and_patterns_are_published, 0,
		(int)(sizeof publishings / sizeof publishings[0]));
	tcase_add_test(tests, nothing_is_published_by_nobody);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
