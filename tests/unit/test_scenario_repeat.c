/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_repeat.c - steps so many times; and what a scenario says of its surroundings.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/step_title.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/scenario_text.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

START_TEST(repeated_steps_are_single_steps_with_their_number)
{
	static const char *const titles[] = { "write 'w-1': 4 KiB random", "snapshot 's'",
		"backup 's' to 'b-1'", "expect content s", "delete 's'",
		"write 'w-2': 4 KiB random", "snapshot 's'", "backup 's' to 'b-2'",
		"expect content s", "delete 's'", "restore 'b-2' to '2-2'" };
	AUTO(auto_free)
	char *text = scenario_text_with_steps(
		"      - repeat:\n"
		"          times: 2\n"
		"          steps:\n"
		"            - write: { name: 'w-{n}', pattern: random, bytes: 4KiB }\n"
		"            - snapshot: s\n"
		"            - backup: { of: s, to: 'b-{n}' }\n"
		"            - expect: { content: s }\n"
		"            - delete: s\n"
		"      - restore: { from: b-2, to: 2-2 }\n");
	struct scenario *scenario = scenario_text_parse(text);
	const struct phase *phase = &scenario->phases[0];

	ck_assert_uint_eq(phase->step_count, 2 + sizeof titles / sizeof titles[0]);
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
		AUTO(auto_free) char *title = step_title(&phase->steps[2 + i]);

		ck_assert_str_eq(title, titles[i]);
	}
	ck_assert_uint_eq(phase->steps[2].place.line, 12);
	ck_assert_uint_eq(phase->steps[7].place.line, 12);
	scenario_destroy(scenario);
}
END_TEST

static const struct {
	const char *step, *message;
} wrong[] = {
	{ "repeat: 3", "9:17: repeat must be a map, not a single value" },
	{ "repeat: { times: 3 }", "9:17: missing key 'steps' in repeat" },
	{ "repeat: { steps: [ delete: s0 ] }", "9:17: missing key 'times' in repeat" },
	{ "repeat: { times: 0, steps: [ delete: s0 ] }",
		"9:26: 'times' is too small (at least 1)" },
	{ "repeat: { times: 2, steps: [] }", "9:36: 'steps' has no steps" },
	{ "repeat: { times: 2, steps: s1 }", "9:36: 'steps' must be a list of steps, not a single "
					     "value (begin each with '- ')" },
	{ "repeat: { times: 2, step: [] }",
		"9:17: missing key 'steps' in repeat\n"
		"x.yaml:9:29: unknown key 'step' (did you mean 'steps'?)" },
	{ "repeat: { times: 3, steps: [ delet: s0 ] }",
		"9:38: unknown key 'delet' (did you mean 'delete'?)" },
	{ "repeat: { times: 3, steps: [ delete: s0 ] }",
		"9:46: snapshot 's0' is deleted at line 9" },
	{ "repeat: { times: 3, steps: [ snapshot: s1 ] }",
		"9:48: snapshot 's1' was made before, at line 9 (each needs its own name)" },
	{ "repeat: { times: 3, steps: [ repeat: { times: 2, steps: [ delete: s0 ] } ] }",
		"9:46: a 'repeat' cannot be repeated itself" },
	{ "repeat: { times: 999, steps: [ wait: 1s, wait: 1s ] }",
		"9:17: these are more than 1000 steps" },
	{ "snapshot: 's-{n}'", "9:19: cannot use 's-{n}' as a name (only letters, digits, '.', '_' "
			       "and '-')" },
};

START_TEST(wrong_repeat_is_told_once)
{
	AUTO(auto_free) char *steps = heap_format("      - %s\n", wrong[_i].step);
	AUTO(auto_free) char *text = scenario_text_with_steps(steps);
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	AUTO(auto_free) char *wanted = heap_format("x.yaml:%s\n", wrong[_i].message);

	ck_assert_str_eq(messages, wanted);
}
END_TEST

/* Line 3 of a scenario that is right otherwise. */
static const struct {
	const char *line, *message;
} heads[] = {
	{ "requires: mke2fs",
		"3:11: 'requires' must be a list of programs, not a single value (try [ mke2fs, "
		"root ])" },
	{ "requires: []", "3:11: 'requires' has no programs" },
	{ "requires: [ [ a ] ]", "3:13: 'requires' must be a text, not a list" },
	{ "env: [ a ]", "3:6: 'env' must be a map of variables, not a list (try { LANG: C })" },
	{ "env: { 1A: x }", "3:8: cannot use '1A' as a variable (only letters, digits and '_')" },
	{ "env: { TMPDIR: x }", "3:8: 'TMPDIR' is set by the run itself" },
	{ "env: { SNAPRIG_OUT: x }", "3:8: 'SNAPRIG_OUT' is set by the run itself" },
	{ "env: { A: x, A: y }", "3:14: duplicate variable 'A'" },
	{ "env: { A: 5 }", "3:11: 'A' must be a text (write \"5\" in quotes)" },
	{ "timeout: 60", "3:10: cannot read duration '60' (try 60s or 20ms)" },
	{ "timout: 60s", "3:1: unknown key 'timout' (did you mean 'timeout'?)" },
};

static char *with_head(const char *line)
{
	return heap_format("name: x\nprofile: plain\n%s\nclient: dd\n"
			   "volume: { size: 1MiB, content: zeros }\n"
			   "phases: [ { work: [ { snapshot: s0 } ] } ]\n",
		line);
}

START_TEST(wrong_surroundings_are_told_where_and_what)
{
	AUTO(auto_free) char *text = with_head(heads[_i].line);
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	AUTO(auto_free) char *wanted = heap_format("x.yaml:%s\n", heads[_i].message);

	ck_assert_str_eq(messages, wanted);
}
END_TEST

START_TEST(surroundings_are_read)
{
	AUTO(auto_free)
	char *text = with_head("requires: [ mke2fs, root ]\nenv: { A_1: x y, B: \"5\" }\n"
			       "timeout: 5m");
	struct scenario *scenario = scenario_text_parse(text);

	ck_assert_uint_eq(scenario->need_count, 2);
	ck_assert_str_eq(scenario->needs[0], "mke2fs");
	ck_assert_str_eq(scenario->needs[1], "root");
	ck_assert_uint_eq(scenario->environment.count, 2);
	ck_assert_str_eq(scenario->environment.texts[0], "A_1=x y");
	ck_assert_str_eq(scenario->environment.texts[1], "B=5");
	ck_assert_uint_eq(scenario->timeout_ns, 300 * NS_PER_S);
	scenario_destroy(scenario);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario repeat");
	TCase *tests = tcase_create("repeat");

	(void)argc;
	tcase_add_test(tests, repeated_steps_are_single_steps_with_their_number);
	tcase_add_loop_test(tests, wrong_repeat_is_told_once, 0, COUNT(wrong));
	tcase_add_loop_test(tests, wrong_surroundings_are_told_where_and_what, 0, COUNT(heads));
	tcase_add_test(tests, surroundings_are_read);
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
