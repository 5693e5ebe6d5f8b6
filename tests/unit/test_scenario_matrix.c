/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_matrix.c - one file that is many scenarios, and what is wrong in it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/mistakes.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/scenario_text.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* A scenario with this MATRIX at its top. */
static char *with_matrix(const char *matrix, const char *client, const char *verdict)
{
	return heap_format("%s\n"
			   "name: x-{client}\n"
			   "about: The backup of {client} has {no} holes\n"
			   "profile: plain\n"
			   "volume: { size: 1MiB, content: zeros }\n"
			   "client: %s\n"
			   "phases:\n"
			   "  - work:\n"
			   "      - snapshot: s0\n"
			   "      - backup: { of: s0, to: b0 }\n"
			   "      - expect:\n"
			   "          verdict: %s\n",
		matrix, client, verdict);
}

START_TEST(each_cell_is_a_scenario_with_its_words)
{
	AUTO(auto_free)
	char *text = with_matrix("matrix: [ { client: dd, v: intact }, { v: leaked, client: cp } ]",
		"\"{client}\"", "'{v}'");
	struct scenario_list list = scenario_text_parse_all(text);

	ck_assert_uint_eq(list.count, 2);
	ck_assert_str_eq(list.items[0]->name, "x-dd");
	ck_assert_str_eq(list.items[0]->client, "dd");
	ck_assert_str_eq(list.items[1]->name, "x-cp");
	ck_assert_str_eq(list.items[1]->client, "cp");
	ck_assert_str_eq(list.items[1]->about, "The backup of cp has {no} holes");
	ck_assert_int_eq(list.items[0]->phases[0].steps[2].expectation.verdict, VERDICT_INTACT);
	ck_assert_int_eq(list.items[1]->phases[0].steps[2].expectation.verdict, VERDICT_LEAKED);
	ck_assert(list.items[0]->is_one_of_many);
	scenario_list_deinit(&list);
}
END_TEST

START_TEST(map_of_lists_is_each_with_each)
{
	static const char *const names[] = { "x-dd-1", "x-dd-2", "x-dd-3", "x-cp-1", "x-cp-2",
		"x-cp-3" };
	AUTO(auto_free)
	char *text = heap_copy("name: x-{client}-{seed}\n"
			       "matrix: { client: [ dd, cp ], seed: [ 1, 2, 3 ] }\n"
			       "seed: \"{seed}\"\n"
			       "profile: plain\n"
			       "volume: { size: 1MiB, content: zeros }\n"
			       "client: \"{client}\"\n"
			       "phases: [ work: [ snapshot: s0 ] ]\n");
	struct scenario_list list = scenario_text_parse_all(text);

	ck_assert_uint_eq(list.count, sizeof names / sizeof names[0]);
	for (size_t i = 0; i < list.count; i++) {
		ck_assert_str_eq(list.items[i]->name, names[i]);
		ck_assert_uint_eq(list.items[i]->seed, i % 3 + 1);
	}
	scenario_list_deinit(&list);
}
END_TEST

START_TEST(file_without_a_matrix_keeps_its_braces_and_is_one)
{
	AUTO(auto_free) char *text = scenario_text_with_steps("      - expect: { says: '{x}' }\n");
	struct scenario *scenario = scenario_text_parse(text);

	ck_assert_str_eq(scenario->phases[0].steps[2].expectation.says, "{x}");
	ck_assert(!scenario->is_one_of_many);
	scenario_destroy(scenario);
}
END_TEST

static const struct {
	const char *matrix, *message;
} wrong[] = {
	{ "matrix: []", "1:9: the matrix is empty" },
	{ "matrix: {}", "1:9: the matrix is empty" },
	{ "matrix: [ {} ]", "1:9: the matrix is empty" },
	{ "matrix:", "1:8: the matrix is empty" },
	{ "matrix: dd", "1:9: the matrix must be a list of cells or a map of lists, not a single" },
	{ "matrix: [ dd ]",
		"1:11: a cell of the matrix must be a map of words, not a single value" },
	{ "matrix: [ { client: dd, used: x } ]", "1:25: word 'used' of the matrix is never used" },
	{ "matrix: [ { client: dd, on: x } ]",
		"1:25: word 'on' of the matrix is never used (is it meant by {no} at line 3?)" },
	{ "matrix: [ { client: dd }, { clinet: cp } ]",
		"1:27: the cell lacks the word 'client', which the first one has at line 1\n"
		"x.yaml:1:29: unknown word 'clinet' for 'matrix' (did you mean 'client'?)" },
	{ "matrix: [ { client: dd, 'a b': x } ]",
		"1:25: cannot use 'a b' as a word of the matrix" },
	{ "matrix: [ { client: dd, n: x } ]",
		"1:25: cannot use 'n' as a word of the matrix (it is" },
	{ "matrix: [ { client: dd, client: cp } ]", "1:25: duplicate word 'client' in the matrix" },
	{ "matrix: [ { client: dd }, { client: dd } ]",
		"2:7: two scenarios of the matrix are named 'x-dd' (put a word that differs" },
	{ "matrix: [ { client: [ dd, cp ] } ]",
		"1:21: word 'client' of a cell must be a single value, not a list" },
	{ "matrix: [ { client: { a: b } } ]",
		"1:21: word 'client' of the matrix must be a single value, not a map" },
	{ "matrix: { client: dd }",
		"1:19: word 'client' of a matrix that is a map must be a list" },
	{ "matrix: { client: [] }", "1:19: word 'client' of the matrix has no values" },
	{ "matrix: { client: [ dd, [ cp ] ] }", "1:25: word 'client' of the matrix must be a list "
						"of single values, not of a list" },
	{ "matrix: { client: [ dd, '' ] }", "1:25: in 'x-': 'client' is empty" },
	{ "matrix: { client: [ dd ] }\nmatrix: { client: [ dd ] }",
		"2:1: duplicate key 'matrix' (the first is at line 1)" },
};

/* The messages begin with what is wished. */
START_TEST(wrong_matrix_is_told_where_and_what)
{
	AUTO(auto_free) char *text = with_matrix(wrong[_i].matrix, "\"{client}\"", "intact");
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	AUTO(auto_free) char *wished = heap_format("x.yaml:%s", wrong[_i].message);

	ck_assert_msg(
		strncmp(messages, wished, strlen(wished)) == 0, "'%s', not '%s'", messages, wished);
}
END_TEST

START_TEST(mistake_of_all_cells_is_told_once_and_of_some_with_a_name)
{
	AUTO(auto_free)
	char *text = with_matrix("matrix: [ { client: dd, v: intact }, { client: cp, v: intcat },\n"
				 "  { client: tar, v: \"1{no}2\" } ]",
		"\"{client}\"", "\"{v}\"\n      - delete: s1");
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	const char *rest = strchr(messages, '\n') + 1;

	ck_assert_msg(strncmp(messages,
			      "x.yaml:1:55: in 'x-cp': unknown value 'intcat' for 'verdict' (did",
			      60) == 0,
		"%s", messages);
	ck_assert_msg(strncmp(rest, "x.yaml:2:21: in 'x-tar': unknown value '1{no}2'", 46) == 0,
		"%s", rest);
	rest = strchr(rest, '\n') + 1;
	ck_assert_msg(
		strncmp(rest, "x.yaml:14:17: snapshot 's1' is never made", 41) == 0, "%s", rest);
	ck_assert_ptr_null(strchr(strchr(rest, '\n') + 1, '\n'));
}
END_TEST

START_TEST(word_without_quotes_is_told_once)
{
	AUTO(auto_free)
	char *text = with_matrix("matrix: { client: [ dd, cp ] }", "{client}", "intact");
	AUTO(auto_free) char *messages = scenario_text_messages(text);

	ck_assert_str_eq(messages,
		"x.yaml:6:9: {client} is a map of YAML without quotes (write \"{client}\")\n");
}
END_TEST

/* A matrix of COUNT values of one word. */
static char *long_list(size_t count)
{
	char *text = heap_copy("matrix: { client: [ c0");

	for (size_t i = 1; i < count; i++) {
		AUTO(auto_free) char *before = text;

		text = heap_format("%s, c%zu", before, i);
	}

	AUTO(auto_free) char *before = text;

	return heap_format("%s ] }", before);
}

START_TEST(a_thousand_cells_are_read_and_not_one_more)
{
	AUTO(auto_free) char *most = long_list(1000);
	AUTO(auto_free) char *more = long_list(1001);
	AUTO(auto_free) char *text = with_matrix(most, "\"{client}\"", "intact");
	AUTO(auto_free) char *wrong_text = with_matrix(more, "\"{client}\"", "intact");
	struct scenario_list list = scenario_text_parse_all(text);
	AUTO(auto_free) char *messages = scenario_text_messages(wrong_text);

	ck_assert_uint_eq(list.count, 1000);
	scenario_list_deinit(&list);
	ck_assert_str_eq(messages, "x.yaml:1:9: the matrix has more than 1000 cells\n");
}
END_TEST

START_TEST(what_would_take_all_memory_is_refused)
{
	AUTO(auto_free) char *matrix = long_list(1000);
	AUTO(auto_free) char *large = heap_new(200001);
	AUTO(auto_free) char *text = NULL, *messages = NULL, *steps = NULL;

	memset(large, 'x', 200000);
	text = with_matrix(matrix, "\"{client}\"", large);
	messages = scenario_text_messages(text);
	ck_assert_msg(strstr(messages, "1:9: the scenarios of the file pass the limit of 64 MiB"),
		"%.300s", messages);
	steps = with_matrix(matrix, "\"{client}\"",
		"intact\n      - repeat: { times: 900, steps: [ { wait: 1s } ] }");
	free(messages);
	messages = scenario_text_messages(steps);
	ck_assert_str_eq(messages,
		"x.yaml:1:9: the scenarios of the file pass the limit of 100000 steps in all\n");
}
END_TEST

START_TEST(mistakes_of_many_cells_take_no_time)
{
	AUTO(auto_free) char *matrix = long_list(1000);
	AUTO(auto_free)
	char *text = with_matrix(matrix, "\"{client}/x/\"", "'{client}'\n      - wait: '{client}'");
	AUTO(auto_free) char *messages = scenario_text_messages(text);

	ck_assert_msg(strstr(messages, "x.yaml: 1900 more mistakes"), "%s",
		messages + strlen(messages) - 200);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario matrix");
	TCase *tests = tcase_create("matrix");

	(void)argc;
	tcase_add_test(tests, each_cell_is_a_scenario_with_its_words);
	tcase_add_test(tests, map_of_lists_is_each_with_each);
	tcase_add_test(tests, file_without_a_matrix_keeps_its_braces_and_is_one);
	tcase_add_loop_test(tests, wrong_matrix_is_told_where_and_what, 0, COUNT(wrong));
	tcase_add_test(tests, mistake_of_all_cells_is_told_once_and_of_some_with_a_name);
	tcase_add_test(tests, word_without_quotes_is_told_once);
	tcase_add_test(tests, a_thousand_cells_are_read_and_not_one_more);
	tcase_add_test(tests, what_would_take_all_memory_is_refused);
	tcase_add_test(tests, mistakes_of_many_cells_take_no_time);
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
