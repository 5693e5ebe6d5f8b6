/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands makes sense, and asks the rig what the rig understands.
 */
#include "simfs/cli/command_table.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/cli/ask.h"
#include "simfs/control/commands.h"
#include "tests/lib/engine_suite.h"

static void each_line(void (*check)(const struct command_line *line))
{
	for (const struct command_group *group = command_groups;
		group->heading || group->command || group->name; group++) {
		ck_assert_int_eq(!!group->heading + !!group->command + !!group->name, 1);
		if (group->command)
			check(group->command);
		for (size_t at = 0; group->name && group->actions[at]; at++) {
			ck_assert_ptr_eq(strstr(group->actions[at]->name, group->name),
				group->actions[at]->name);
			ck_assert_int_eq(group->actions[at]->name[strlen(group->name)], ' ');
			check(group->actions[at]);
		}
	}
}

static const struct command_option *find_option(const struct command_line *line, const char *name)
{
	for (const struct command_option *at = line->options; at && at->name; at++)
		if (strcmp(at->name, name) == 0)
			return at;
	return NULL;
}

static void check_line(const struct command_line *line)
{
	ck_assert_msg(line->summary && line->about && line->exits, "%s", line->name);
	ck_assert_msg(!line->asks != !line->run, "%s asks or runs", line->name);
	for (const struct command_option *at = line->options; at && at->name; at++) {
		ck_assert_msg(find_option(line, at->name) == at, "%s has '%s' twice", line->name,
			at->name);
		ck_assert_msg(at->about && !at->value == (at->kind == COMMAND_FLAG), "%s --%s",
			line->name, at->name);
		ck_assert_msg(!at->excludes || find_option(line, at->excludes), "%s --%s",
			line->name, at->name);
		ck_assert_msg(!at->denies || (at->argument && !at->value), "%s --%s", line->name,
			at->name);
		ck_assert_msg(!line->asks || at->argument || at->print, "%s --%s has no effect",
			line->name, at->name);
	}
}

START_TEST(every_row_is_whole)
{
	each_line(check_line);
}
END_TEST

/* The commands that print nothing of their own for programs, and why. */
static const char *const prints_no_json[][2] = {
	{ "datto ctl", "it says and exits what dbdctl does, byte for byte" },
	{ "xapi call", "it prints what the pool answers, which is JSON or a text of the pool's" },
	{ "xapi serve", "it serves until it is ended; its lines are a server's log" },
};

static void check_json(const struct command_line *line)
{
	bool is_exception = false;

	for (size_t at = 0; at < sizeof prints_no_json / sizeof prints_no_json[0]; at++)
		is_exception |= strcmp(line->name, prints_no_json[at][0]) == 0;
	ck_assert_msg(!find_option(line, "json") == is_exception, "%s %s --json", line->name,
		is_exception ? "has" : "has no");
}

START_TEST(every_command_prints_json_or_says_why_not)
{
	each_line(check_json);
}
END_TEST

/* ---- one dialect of help ---- */

/* What "snaprig LINE --help" prints, until the next call. */
static const char *help_of(const struct command_line *line)
{
	static char text[16384];
	char name[64], help[] = "--help", program[] = "snaprig", *argv[5] = { program }, *rest;
	FILE *file = tmpfile();
	int argc = 1, old;

	snprintf(name, sizeof name, "%s", line->name);
	rest = name;
	for (char *word; (word = strsep(&rest, " "));)
		argv[argc++] = word;
	argv[argc++] = help;
	fflush(stdout);
	old = dup(STDOUT_FILENO);
	ck_assert_int_ge(dup2(fileno(file), STDOUT_FILENO), 0);
	ck_assert_int_eq(command_table_run(argc, argv), 0);
	fflush(stdout);
	ck_assert_int_ge(dup2(old, STDOUT_FILENO), 0);
	close(old);
	rewind(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void check_parts(const struct command_line *line)
{
	static const char *const parts[] = { "usage: snaprig ", "\n\n", "\noptions:\n",
		"  --help               show this\n", "\nexamples:\n  ", "\nexit codes:\n  " };
	const char *text = help_of(line), *at = text;

	ck_assert_msg(
		strncmp(text + strlen(parts[0]), line->name, strlen(line->name)) == 0, "%s", text);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		const char *found = strstr(at, parts[i]);

		ck_assert_msg(found, "%s --help has no '%s', or not there", line->name, parts[i]);
		at = found + 1;
	}
}

START_TEST(every_help_has_the_same_parts)
{
	each_line(check_parts);
}
END_TEST

/* "  CODE text", further lines of it below the text; a sentence may follow. */
static void check_exits(const struct command_line *line)
{
	long last = -1;

	for (const char *at = line->exits; *at; at = strchr(at, '\n') + 1) {
		char *end;
		long code;

		ck_assert_msg(strchr(at, '\n'), "%s: a line has no end: %s", line->name, at);
		if (strncmp(at, "       ", 7) == 0 || at[0] != ' ')
			continue;
		code = strncmp(at, "  N ", 4) == 0 ? last : strtol(at + 2, &end, 10);
		ck_assert_msg(strncmp(at, "  N ", 4) == 0 || (end > at + 2 && *end == ' '),
			"%s: %s", line->name, at);
		ck_assert_msg(strncmp(at, "  N ", 4) == 0 || code > last, "%s: %ld behind %ld",
			line->name, code, last);
		last = code;
	}
	ck_assert_msg(last > 0, "%s: no exit codes", line->name);
}

START_TEST(exit_codes_ascend)
{
	each_line(check_exits);
}
END_TEST

/* An example can be typed as it stands there. */
static void check_examples(const struct command_line *line)
{
	ck_assert_msg(line->examples && strstr(line->examples, line->name), "%s", line->name);
	for (const char *at = line->examples; *at; at = strchr(at, '\n') + 1)
		ck_assert_msg(
			strncmp(at, "  ", 2) == 0 && strchr(at, '\n'), "%s: %s", line->name, at);
}

START_TEST(every_command_has_examples)
{
	each_line(check_examples);
}
END_TEST

static bool takes(const struct control_command *command, const char *name)
{
	for (const char *const *at = command->arguments; at && *at; at++)
		if (strcmp(*at, name) == 0)
			return true;
	return false;
}

static void check_question(const struct command_line *line)
{
	const struct command_question *question = line->asks;
	const struct control_command *command = commands_table;

	if (!question)
		return;
	while (command->name && strcmp(command->name, question->command) != 0)
		command++;
	ck_assert_msg(command->name, "%s asks '%s'", line->name, question->command);
	ck_assert_str_eq(line->operands[0].name, "MNT");
	ck_assert(!line->operands[0].argument && !line->takes_words);
	for (const struct command_operand *at = line->operands + 1; at->name; at++)
		ck_assert_msg(
			at->argument && takes(command, at->argument) && !strstr(at->name, "..."),
			"%s %s", line->name, at->name);
	for (const struct command_option *at = line->options; at && at->name; at++)
		ck_assert_msg(!at->argument || takes(command, at->argument), "%s --%s", line->name,
			at->name);
	ck_assert_msg(
		!question->says.name || takes(command, question->says.name), "%s", line->name);
}

START_TEST(a_rig_knows_what_it_is_asked)
{
	each_line(check_question);
}
END_TEST

/* The row of COMMAND in docs/protocol.md, or NULL; to free(). */
static char *told_of(const char *command)
{
	char begin[64], *line = NULL;
	size_t room = 0;
	FILE *file = fopen("docs/protocol.md", "re");

	ck_assert_ptr_nonnull(file);
	snprintf(begin, sizeof begin, "| `%s` |", command);
	while (getline(&line, &room, file) > 0)
		if (strncmp(line, begin, strlen(begin)) == 0) {
			fclose(file);
			return line;
		}
	fclose(file);
	free(line);
	return NULL;
}

START_TEST(the_protocol_tells_of_every_command_and_argument)
{
	for (const struct control_command *command = commands_table; command->name; command++) {
		char *line = told_of(command->name), *cell, *end, quoted[64];
		size_t told = 0, known = 0;

		ck_assert_msg(line, "docs/protocol.md has no '%s'", command->name);
		cell = strchr(line + 1, '|');
		end = strchr(cell + 1, '|');
		ck_assert_ptr_nonnull(end);
		*end = '\0';
		for (const char *at = cell; (at = strchr(at, '`')); at++)
			told++;
		for (const char *const *at = command->arguments; at && *at; at++, known++) {
			snprintf(quoted, sizeof quoted, "`%s`", *at);
			ck_assert_msg(strstr(cell, quoted), "docs/protocol.md: no '%s' of '%s'",
				*at, command->name);
		}
		ck_assert_msg(
			told == 2 * known, "docs/protocol.md: arguments of '%s'", command->name);
		free(line);
	}
}
END_TEST

static bool knows(const char *line)
{
	const struct control_command *command = commands_table;
	size_t length = strcspn(line, "`");

	while (command->name &&
		(strlen(command->name) != length || strncmp(command->name, line, length) != 0))
		command++;
	return command->name;
}

START_TEST(the_protocol_tells_of_nothing_else)
{
	char *line = NULL;
	size_t room = 0;
	FILE *file = fopen("docs/protocol.md", "re");
	bool is_table = false;

	ck_assert_ptr_nonnull(file);
	while (getline(&line, &room, file) > 0) {
		is_table = line[0] == '|' && (is_table || strncmp(line, "| command", 9) == 0);
		if (is_table && strncmp(line, "| `", 3) == 0)
			ck_assert_msg(knows(line + 3), "docs/protocol.md: no command %s", line);
	}
	free(line);
	fclose(file);
}
END_TEST

START_TEST(the_tools_are_given_every_row)
{
	json_t *commands = command_table_json(), *command, *option;
	size_t index, at, options = 0;

	ck_assert_uint_gt(json_array_size(commands), 30);
	json_array_foreach(commands, index, command)
	{
		ck_assert(json_is_array(json_object_get(command, "operands")));
		json_array_foreach(json_object_get(command, "options"), at, option)
		{
			ck_assert(json_is_string(json_object_get(option, "kind")));
			options++;
		}
	}
	ck_assert_uint_gt(options, 50);
	json_decref(commands);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("table of commands");
	TCase *tests = tcase_create("rows");

	(void)argc;
	tcase_add_test(tests, every_row_is_whole);
	tcase_add_test(tests, every_command_prints_json_or_says_why_not);
	tcase_add_test(tests, every_help_has_the_same_parts);
	tcase_add_test(tests, exit_codes_ascend);
	tcase_add_test(tests, every_command_has_examples);
	tcase_add_test(tests, a_rig_knows_what_it_is_asked);
	tcase_add_test(tests, the_protocol_tells_of_every_command_and_argument);
	tcase_add_test(tests, the_protocol_tells_of_nothing_else);
	tcase_add_test(tests, the_tools_are_given_every_row);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
