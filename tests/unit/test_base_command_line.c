/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command line makes of its arguments, by the row of a command.
 */
#include "simfs/base/command_line.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/exit_code.h"
#include "tests/lib/engine_suite.h"

struct values {
	bool json;
	const char *limit;
};

static const struct command_option options[] = {
	{ .name = "json", .about = "print JSON", .offset = offsetof(struct values, json) },
	{ .name = "limit",
		.value = "SIZE",
		.about = "room",
		.offset = offsetof(struct values, limit) },
	{ 0 },
};

static const struct command_line line = {
	.name = "test",
	.operands = { { .name = "MNT" }, { .name = "NAME" } },
	.about = "Tests.",
	.options = options,
	.exits = "  0    done\n",
};

/* The words of TYPED behind "test", up to a NULL; valid until the next call. */
static int split(const char *typed, char *argv[16])
{
	static char copy[256], name[] = "test";
	char *rest = copy;
	int argc = 1;

	argv[0] = name;
	snprintf(copy, sizeof copy, "%s", typed);
	for (char *word; (word = strsep(&rest, " "));)
		if (*word)
			argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

static int parse(const char *typed, struct values *values, char **ret_first, size_t *ret_count)
{
	char *argv[16];
	int argc = split(typed, argv);
	int exit_code;

	*values = (struct values){ 0 };
	exit_code = command_line_parse(&line, argc, argv, values, ret_count);
	*ret_first = argv[1];
	return exit_code;
}

static const struct {
	const char *line;
	bool json;
	const char *limit;
	const char *first;
} good_lines[] = {
	{ "mnt s0", false, NULL, "mnt" },
	{ "mnt s0 --json", true, NULL, "mnt" },
	{ "--json mnt --limit 10% s0", true, "10%", "mnt" },
	{ "--limit=10% mnt s0", false, "10%", "mnt" },
	{ "--limit --json mnt s0", false, "--json", "mnt" },
	{ "-- --json s0", false, NULL, "--json" },
	{ "- s0", false, NULL, "-" },
};

START_TEST(options_stand_anywhere)
{
	struct values values;
	size_t count = 0;
	char *first;

	ck_assert_int_eq(parse(good_lines[_i].line, &values, &first, &count), COMMAND_GO_ON);
	ck_assert_uint_eq(count, 2);
	ck_assert(values.json == good_lines[_i].json);
	ck_assert_pstr_eq(values.limit, good_lines[_i].limit);
	ck_assert_str_eq(first, good_lines[_i].first);
}
END_TEST

/* An abbreviation is no option either: a later version may have two that begin so. */
static const char *const bad_lines[] = { "", "mnt", "mnt s0 more", "mnt s0 --jso", "mnt s0 --jsonx",
	"mnt s0 -j", "mnt s0 --json=yes", "mnt s0 --limit" };

START_TEST(what_is_not_understood_is_refused)
{
	struct values values;
	size_t count = 99;
	char *first;

	ck_assert_int_eq(parse(bad_lines[_i], &values, &first, &count), EXIT_USAGE);
	ck_assert_uint_eq(count, 99);
}
END_TEST

/* ---- what a row can ask for ---- */

struct more_values {
	bool is_first, is_second;
	const char *needed;
	struct command_texts rules;
};

static const struct command_option more_options[] = {
	{ .name = "first", .excludes = "second", .offset = offsetof(struct more_values, is_first) },
	{ .name = "second", .offset = offsetof(struct more_values, is_second) },
	{ .name = "needed",
		.value = "SIZE",
		.is_required = true,
		.offset = offsetof(struct more_values, needed) },
	{ .name = "rule", .value = "RULE...", .offset = offsetof(struct more_values, rules) },
	{ .name = "o", .value = "WORDS", .offset = offsetof(struct more_values, needed) },
	{ 0 },
};

static const struct command_line more = {
	.name = "more",
	.operands = { { .name = "MNT" }, { .name = "[ARG ...]" } },
	.about = "Tests.",
	.options = more_options,
	.exits = "",
};

static int parse_more(const char *typed, struct more_values *values, size_t *ret_count)
{
	char *argv[16];
	int argc = split(typed, argv);

	*values = (struct more_values){ 0 };
	return command_line_parse(&more, argc, argv, values, ret_count);
}

START_TEST(options_are_required_and_exclude_each_other)
{
	struct more_values values;
	size_t count = 99;

	ck_assert_int_eq(parse_more("mnt", &values, &count), EXIT_USAGE);
	ck_assert_int_eq(parse_more("mnt --second", &values, &count), EXIT_USAGE);
	ck_assert_int_eq(
		parse_more("mnt --needed=1 --second --first", &values, &count), EXIT_USAGE);
	ck_assert_uint_eq(count, 99);
	ck_assert_int_eq(
		parse_more("mnt --needed=1 --first --first", &values, &count), COMMAND_GO_ON);
	ck_assert(values.is_first && !values.is_second);
	ck_assert_int_eq(parse_more("--needed= mnt --second", &values, &count), COMMAND_GO_ON);
	ck_assert(values.is_second && !values.is_first);
	ck_assert_str_eq(values.needed, "");
}
END_TEST

START_TEST(the_last_value_counts_and_a_list_has_them_all)
{
	struct more_values values;
	size_t count = 99;

	ck_assert_int_eq(
		parse_more("--rule a --needed=1 mnt --needed 2 --rule=b=c", &values, &count),
		COMMAND_GO_ON);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(values.needed, "2");
	ck_assert_uint_eq(values.rules.count, 2);
	ck_assert_str_eq(values.rules.texts[0], "a");
	ck_assert_str_eq(values.rules.texts[1], "b=c");
	/* One letter, one dash; a value of it stands behind it. */
	ck_assert_int_eq(parse_more("mnt --needed=1 -o -x", &values, &count), COMMAND_GO_ON);
	ck_assert_str_eq(values.needed, "-x");
	ck_assert_int_eq(parse_more("mnt --needed=1 --o x", &values, &count), EXIT_USAGE);
	ck_assert_int_eq(parse_more("mnt -needed 1", &values, &count), EXIT_USAGE);
}
END_TEST

START_TEST(a_list_has_an_end)
{
	static char name[] = "more", mnt[] = "mnt", needed[] = "--needed=1", rule[] = "--rule=x";
	char *argv[COMMAND_TEXTS_MAX + 4] = { name, mnt, needed };
	struct more_values values = { 0 };
	size_t count = 99;

	for (int at = 0; at <= COMMAND_TEXTS_MAX; at++)
		argv[3 + at] = rule;
	ck_assert_int_eq(command_line_parse(&more, COMMAND_TEXTS_MAX + 3, argv, &values, &count),
		COMMAND_GO_ON);
	ck_assert_uint_eq(values.rules.count, COMMAND_TEXTS_MAX);
	values.rules.count = 0;
	ck_assert_int_eq(command_line_parse(&more, COMMAND_TEXTS_MAX + 4, argv, &values, &count),
		EXIT_USAGE);
}
END_TEST

START_TEST(operands_may_be_missing_or_go_on)
{
	struct command_line words = more;
	struct more_values values;
	size_t count = 99, min, max;
	char text[32], *argv[16];

	ck_assert_str_eq(
		command_line_operands(&more, text, sizeof text, &min, &max), "MNT [ARG ...]");
	ck_assert_uint_eq(min, 1);
	ck_assert_uint_eq(max, SIZE_MAX);
	ck_assert_int_eq(parse_more("--needed=1", &values, &count), EXIT_USAGE);
	ck_assert_int_eq(parse_more("mnt a b --needed=1 c", &values, &count), COMMAND_GO_ON);
	ck_assert_uint_eq(count, 4);

	/* Behind the first operand a dash is nothing special, and neither is help. */
	words.takes_words = true;
	words.options = NULL;
	ck_assert_int_eq(split("mnt -f --help --", argv), 5);
	ck_assert_int_eq(command_line_parse(&words, 5, argv, NULL, &count), COMMAND_GO_ON);
	ck_assert_uint_eq(count, 4);
	ck_assert_str_eq(argv[3], "--help");
	ck_assert_int_eq(split("-f mnt", argv), 3);
	ck_assert_int_eq(command_line_parse(&words, 3, argv, NULL, &count), EXIT_USAGE);
}
END_TEST

START_TEST(a_command_stands_behind_the_operands)
{
	static const struct command_option first[] = {
		{ "first", "N", "it stands for the first", COMMAND_TEXT,
			.offset = offsetof(struct more_values, needed), .is_operand = true },
		{ 0 },
	};
	const struct command_line with_command = { .name = "more",
		.operands = { { "ONE", COMMAND_TEXT, NULL, NULL },
			{ "[TWO]", COMMAND_TEXT, NULL, NULL } },
		.options = first,
		.about = "",
		.exits = "",
		.command = "CMD..." };
	static const struct {
		const char *typed;
		int result;
		size_t count;
		const char *command; /* its first word; NULL: none */
	} rows[] = {
		{ "one -- a --first -- b", COMMAND_GO_ON, 1, "a" },
		{ "one two -- a", COMMAND_GO_ON, 2, "a" },
		{ "one two", COMMAND_GO_ON, 2, NULL },
		{ "--first=1 -- a", COMMAND_GO_ON, 0, "a" },
		{ "--first=1 --first=2 two -- a", COMMAND_GO_ON, 1, "a" },
		{ "--first=1 two three -- a", EXIT_USAGE, 99, NULL },
		{ "one --", EXIT_USAGE, 99, NULL },
		/* Nothing is there yet that a command could be behind. */
		{ "-- -one", COMMAND_GO_ON, 1, NULL },
		{ "-- one two three", EXIT_USAGE, 99, NULL },
	};

	for (size_t at = 0; at < sizeof rows / sizeof rows[0]; at++) {
		struct more_values values = { 0 };
		char *argv[16] = { NULL };
		size_t count = 99;
		int argc = split(rows[at].typed, argv);

		argv[argc] = NULL;
		ck_assert_int_eq(command_line_parse(&with_command, argc, argv, &values, &count),
			rows[at].result);
		ck_assert_uint_eq(count, rows[at].count);
		if (rows[at].result == COMMAND_GO_ON)
			ck_assert_pstr_eq(argv[count + 1], rows[at].command);
	}
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

int main(int argc, char **argv)
{
	Suite *suite = suite_create("command line");
	TCase *tests = tcase_create("arguments");

	(void)argc;
	tcase_add_loop_test(tests, options_stand_anywhere, 0, COUNT(good_lines));
	tcase_add_loop_test(tests, what_is_not_understood_is_refused, 0, COUNT(bad_lines));
	tcase_add_test(tests, options_are_required_and_exclude_each_other);
	tcase_add_test(tests, the_last_value_counts_and_a_list_has_them_all);
	tcase_add_test(tests, a_list_has_an_end);
	tcase_add_test(tests, operands_may_be_missing_or_go_on);
	tcase_add_test(tests, a_command_stands_behind_the_operands);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
