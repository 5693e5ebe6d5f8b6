/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_mistakes.c - what the writer of a wrong scenario is told.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/base/yaml/tree.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/scenario_text.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

struct message_case {
	const char *text;
	const char *message;
};

/* Steps on line 9 of a scenario that has the snapshot s0 and the backup b0. */
static const struct message_case step_cases[] = {
	{ "snapshot: a/b",
		"9:19: cannot use 'a/b' as a name (only letters, digits, '.', '_' and '-')" },
	{ "snapshot: .hidden",
		"9:19: cannot use '.hidden' as a name (only letters, digits, '.', '_' and '-')" },
	{ "snapshot: \"\"", "9:19: 'snapshot' is empty" },
	{ "snapshot:", "9:18: 'snapshot' is empty" },
	{ "snapshot: ~", "9:19: 'snapshot' must be a text (write \"~\" in quotes)" },
	{ "snapshot: 1e3", "9:19: 'snapshot' must be a text (write \"1e3\" in quotes)" },
	{ "snapshot: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"9:19: a name of 65 letters is too long (at most 64)" },
	{ "snapshot: \"a\\0b\"", "9:19: a text cannot contain a zero byte" },
	{ "snapshot: { s1: s2 }",
		"9:19: missing key 'name' in snapshot\n"
		"x.yaml:9:21: unknown key 's1' (known: name, limit, before, after, "
		"requester, fails)" },
	{ "snapshot: [ s1 ]", "9:19: 'snapshot' must be a text, not a list" },
	{ "? [a]\n        : b", "9:11: a key cannot be a list" },
	{ "write: { name: w, pattern: random, bytes: 2TiB }",
		"9:51: 'bytes' is too large (at most 1 TiB)" },
	{ "write: { name: w, pattern: random, bytes: 99999999999999999999 }",
		"9:51: 'bytes' is too large (at most 1 TiB)" },
	{ "write: { name: w, pattern: random, bytes: [1] }",
		"9:51: 'bytes' must be a size, not a list" },
	{ "write: { name: w, pattern: random, bytes: 4KiB, start: read.progress=1% }",
		"9:64: cannot read moment 'read.progress=1%' (try \"read.progress>=25%\")" },
	{ "write: { name: w, pattern: random, bytes: 4KiB, start: read.progess>=1% }",
		"9:64: unknown gauge 'read.progess' (did you mean 'read.progress'?)" },
	{ "write: { name: w, pattern: random, bytes: 4KiB, start: ops>=1% }",
		"9:64: 'ops' cannot reach '1%' (try 29)" },
	{ "write: { name: w, pattern: random, bytes: 4KiB, start: store.used>=200% }",
		"9:64: 'store.used' cannot reach '200%' (try 25%)" },
	{ "fault: snapshot.reed zero",
		"9:16: unknown point 'snapshot.reed' at column 1; did you mean 'snapshot.read'?" },
	{ "fault: [ live.read zero, live.read tear=1 ]",
		"9:34: 'tear' makes no sense at point 'live.read': only a write can be torn at "
		"column 11" },
	{ "fault: []", "9:16: 'fault' has no rules" },
	{ "fault: { a: b }", "9:16: 'fault' must be a rule, not a map" },
	{ "fault:", "9:15: a point is missing (try snapshot.read error=EIO) at column 1" },
	{ "gauge: { name: op, value: 1 }", "9:24: unknown gauge 'op' (did you mean 'ops'?)" },
	{ "expect: { verdict: none }",
		"9:28: unknown value 'none' for 'verdict' (known: intact, recovered, leaked, "
		"detected, "
		"misreported, silent-corruption, retried-non-retryable, hung, inconclusive)" },
	{ "expect: { verdict: silent-coruption }",
		"9:28: unknown value 'silent-coruption' for 'verdict' (did you mean "
		"'silent-corruption'?)" },
	{ "expect: { exit: many }", "9:25: cannot read exit 'many' (try zero, nonzero or 1)" },
	{ "expect: { exit: 99999 }", "9:25: cannot read exit '99999' (try zero, nonzero or 1)" },
	{ "expect: { exit: \"1\" }", "9:25: cannot read exit '1' (try zero, nonzero or 1)" },
	{ "expect: { says: 5 }", "9:25: 'says' must be a text (write \"5\" in quotes)" },
	{ "expect: { snapshot: s0, state: activ }",
		"9:40: unknown value 'activ' for 'state' (did you mean 'active'?)" },
	{ "expect: { snapshot: s0, error: EFOO }", "9:40: unknown error 'EFOO' (try EIO)" },
	{ "expect: { snapshot: s0 }",
		"9:17: missing key 'state', 'error' or 'kernel-log' for snapshot 's0'" },
	{ "expect: { error: EIO }", "9:17: missing key 'snapshot' in expect (whose 'error'?)" },
	{ "expect: [ intact ]", "9:17: expect must be a map, not a list" },
	{ "backup: { of: s9, to: b9 }",
		"9:23: snapshot 's9' is never made before this step (did you mean 's0'?)" },
	{ "backup: { to: b9 }",
		"9:17: missing key 'of' in backup (or 'takes', when the client takes the "
		"snapshot)" },
	{ "backup: { of: s0, takes: s1, to: b9 }",
		"9:17: backup has 'of' and 'takes' (who takes the snapshot?)" },
	{ "backup: { takes: s0, to: b9 }",
		"9:26: snapshot 's0' was made before, at line 7 (each needs its own name)" },
	{ "backup: { of: nothing, to: b9 }",
		"9:23: snapshot 'nothing' is never made before this step" },
};

START_TEST(wrong_step_is_told_where_and_what)
{
	char steps[512];

	snprintf(steps, sizeof steps, "      - %s\n", step_cases[_i].text);

	AUTO(auto_free) char *text = scenario_text_with_steps(steps);
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	AUTO(auto_free) char *wanted = heap_format("x.yaml:%s\n", step_cases[_i].message);

	ck_assert_str_eq(messages, wanted);
}
END_TEST

/* Line 3 of a scenario that is right otherwise. */
static const struct message_case head_cases[] = {
	{ "volume: { size: 1MiB }", "3:9: missing key 'content' in volume" },
	{ "volume: { size: 1000000, content: zeros }",
		"3:17: size '1000000' is not a multiple of 512 bytes" },
	{ "volume: { size: 4096, content: zeros }", "3:17: 'size' is too small (at least 64 KiB)" },
	{ "volume: { size: 65TiB, content: zeros }", "3:17: 'size' is too large (at most 64 TiB)" },
	{ "volume: { size: 1MiB, content: ones }",
		"3:32: unknown value 'ones' for 'content' (known: zeros, random)" },
	{ "volume: { size: 1MiB, content: zeroes }",
		"3:32: unknown value 'zeroes' for 'content' (did you mean 'zeros'?)" },
	{ "volume: { size: 1MiB, content: ext4 }",
		"3:32: content 'ext4' needs its numbers (try { ext4: { files: 400, bytes: 100MiB } "
		"})" },
	{ "volume: { size: 1MiB, content: image }",
		"3:32: content 'image' needs its path (try { image: PATH })" },
	{ "volume: { size: 1MiB, content: { ext4: { files: 1, bytes: 1 } } }",
		"3:17: size '1MiB' is too small for ext4 (at least 8 MiB)" },
	{ "volume: { size: 16MiB, content: { ext4: { files: 1, bytes: 16MiB } } }",
		"3:33: files of 16 MiB do not fit into a volume of '16MiB'" },
	{ "volume: { size: 16MiB, content: { ext4: { files: 0x, bytes: 1MiB } } }",
		"3:50: cannot read number '0x' (try 7)" },
	{ "volume: { size: 16MiB, content: { ext4: { files: 0x0x10, bytes: 1MiB } } }",
		"3:50: cannot read number '0x0x10' (try 7)" },
	{ "volume: { size: 16MiB, content: { ext4: { files: 010, bytes: 1MiB } } }",
		"3:50: cannot read number '010' (try 7)" },
	{ "volume: { size: 16MiB, content: { ext4: { files: 1000001, bytes: 1MiB } } }",
		"3:50: 'files' is too large (at most 1000000)" },
	{ "volume: { size: 1MiB, content: zeros, limit: 0 }", "3:46: 'limit' is too small" },
	{ "volume: { size: 1MiB, content: zeros, limit: ten }",
		"3:46: cannot read size 'ten' (try 64MiB or 10%)" },
	{ "volume: { size: 1MiB, content: { image: x, ext4: y } }",
		"3:32: content must have exactly one key, not 2 (check the indentation)" },
};

static const struct message_case writer_cases[] = {
	{ "time-scale: 0", "4:13: 'time-scale' is too small (at least 1)" },
	{ "time-scale: 1.5", "4:13: cannot read number '1.5' (try 7)" },
	{ "time-scale: 1000001", "4:13: 'time-scale' is too large (at most 1000000)" },
	{ "writers: simulated name=db",
		"4:10: 'writers' must be a list of writers, not a single value (try [ simulated "
		"name=db ])" },
	{ "writers: []", "4:10: 'writers' has no writers" },
	{ "writers: [ [ x ] ]", "4:12: 'writers' must be a list of writers, not a list" },
	{ "writers: [ simulated name=db, simulatd name=x ]",
		"4:31: unknown kind of writer 'simulatd' (simulated, hook or fsfreeze) at column "
		"1; did you mean 'simulated'?" },
	{ "writer-check: no", "4:15: 'writer-check' must be a text (write \"no\" in quotes)" },
};

START_TEST(wrong_writers_are_told_where_and_what)
{
	AUTO(auto_free)
	char *text = heap_format("name: x\nprofile: vss\nvolume: { size: 1MiB, content: zeros }\n"
				 "%s\nclient: dd\nphases: [ { work: [ { snapshot: s0 } ] } ]\n",
		writer_cases[_i].text);
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	AUTO(auto_free) char *wanted = heap_format("x.yaml:%s\n", writer_cases[_i].message);

	ck_assert_str_eq(messages, wanted);
}
END_TEST

START_TEST(wrong_volume_is_told_where_and_what)
{
	AUTO(auto_free)
	char *text = heap_format("name: x\nprofile: plain\n%s\nclient: dd\n"
				 "phases: [ { work: [ { snapshot: s0 } ] } ]\n",
		head_cases[_i].text);
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	AUTO(auto_free) char *wanted = heap_format("x.yaml:%s\n", head_cases[_i].message);

	ck_assert_str_eq(messages, wanted);
}
END_TEST

static const struct message_case phase_cases[] = {
	{ "[]", "5:9: 'phases' has no phases" },
	{ "[ { work: [] } ]", "5:19: 'work' has no steps" },
	{ "[ { work: } ]",
		"5:19: 'work' must be a list of steps, not a single value (begin each with '- ')" },
	{ "[ { 'a b': [ { snapshot: s0 } ] } ]",
		"5:13: cannot use 'a b' as a name (only letters, digits, '.', '_' and '-')" },
	{ "[ work, { more: [ { snapshot: s0 } ] } ]",
		"5:11: a phase must be a map of its name to its steps, with one key" },
};

START_TEST(wrong_phases_are_told_where_and_what)
{
	AUTO(auto_free)
	char *text = heap_format("name: x\nprofile: plain\n"
				 "volume: { size: 1MiB, content: zeros }\nclient: dd\nphases: %s\n",
		phase_cases[_i].text);
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	AUTO(auto_free) char *wanted = heap_format("x.yaml:%s\n", phase_cases[_i].message);

	ck_assert_str_eq(messages, wanted);
}
END_TEST

START_TEST(step_that_cannot_be_read_brings_no_more_mistakes_about_its_name)
{
	AUTO(auto_free)
	char *text = scenario_text_with_steps("      - snapshot: [s1]\n"
					      "      - backup: { of: s1, to: b1 }\n"
					      "      - delete: s1\n");
	AUTO(auto_free) char *messages = scenario_text_messages(text);

	ck_assert_str_eq(messages, "x.yaml:9:19: 'snapshot' must be a text, not a list\n");
}
END_TEST

START_TEST(control_characters_do_not_reach_the_terminal)
{
	AUTO(auto_free) char *text = scenario_text_with_steps("      - \"a\\e[2J\\nb\\x9b\": x\n");
	AUTO(auto_free) char *messages = scenario_text_messages(text);

	ck_assert_str_eq(messages,
		"x.yaml:9:9: unknown key 'a?[2J?b?\?' (known: snapshot, "
		"snapshots, delete, write, gauge, release, wait, coalesce, fault, fault-remove, "
		"writer-add, writer-kill, writer-remove, writers-notify, remount, file-system, "
		"clone, "
		"discard, "
		"grow, "
		"fill, target, lvm, repeat, "
		"failure, remedy, backup, await, restore, expect)\n");
}
END_TEST

/* A scenario whose only mistakes are COUNT unknown keys at its end. */
static char *unknown_keys(size_t count)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	fputs("name: x\nprofile: plain\nvolume: { size: 1MiB, content: zeros }\nclient: dd\n"
	      "phases: [ { work: [ { snapshot: s0 } ] } ]\n",
		file);
	for (size_t i = 0; i < count; i++)
		fprintf(file, "unknown%zu: x\n", i);
	fclose(file);
	return text;
}

START_TEST(mistakes_beyond_the_limit_are_counted)
{
	AUTO(auto_free) char *text = unknown_keys(MISTAKES_MAX + 7);
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	size_t line_count = 0;

	for (const char *at = messages; (at = strchr(at, '\n')); at++)
		line_count++;
	ck_assert_uint_eq(line_count, MISTAKES_MAX + 1);
	ck_assert_ptr_nonnull(strstr(messages, "x.yaml: 7 more mistakes\n"));
}
END_TEST

START_TEST(file_of_too_many_values_is_refused)
{
	AUTO(auto_free) char *text = unknown_keys(YAML_NODES_MAX);
	AUTO(auto_free) char *messages = scenario_text_messages(text);

	ck_assert_ptr_nonnull(strstr(messages, ": too many values in one file\n"));
}
END_TEST

START_TEST(file_longer_than_a_mebibyte_is_refused)
{
	AUTO(auto_free) char *text = heap_new(YAML_BYTES_MAX + 2);

	memset(text, '#', YAML_BYTES_MAX + 1);

	AUTO(auto_free) char *messages = scenario_text_messages(text);

	ck_assert_str_eq(messages, "x.yaml: longer than 1 MiB\n");
}
END_TEST

START_TEST(file_that_cannot_be_read_is_named_and_its_error_returned)
{
	struct scenario_list list = { 0 };
	char *messages = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&messages, &length);

	ck_assert_int_eq(scenarios_load("no/such.yaml", file, &list), -ENOENT);
	ck_assert_int_eq(scenarios_load("tests", file, &list), -EISDIR);
	fclose(file);
	ck_assert_uint_eq(list.count, 0);
	ck_assert_str_eq(messages, "no/such.yaml: cannot read scenario: No such file or directory\n"
				   "tests: cannot read scenario: Is a directory\n");
	free(messages);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario mistakes");
	TCase *tests = tcase_create("messages");

	(void)argc;

	tcase_add_loop_test(tests, wrong_step_is_told_where_and_what, 0, COUNT(step_cases));
	tcase_add_loop_test(tests, wrong_volume_is_told_where_and_what, 0, COUNT(head_cases));
	tcase_add_loop_test(tests, wrong_writers_are_told_where_and_what, 0, COUNT(writer_cases));
	tcase_add_loop_test(tests, wrong_phases_are_told_where_and_what, 0, COUNT(phase_cases));
	tcase_add_test(tests, step_that_cannot_be_read_brings_no_more_mistakes_about_its_name);
	tcase_add_test(tests, control_characters_do_not_reach_the_terminal);
	tcase_add_test(tests, mistakes_beyond_the_limit_are_counted);
	tcase_add_test(tests, file_of_too_many_values_is_refused);
	tcase_add_test(tests, file_longer_than_a_mebibyte_is_refused);
	tcase_add_test(tests, file_that_cannot_be_read_is_named_and_its_error_returned);
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
