/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/command_line.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"
#include "simfs/base/wrap.h"

#define OPTIONS_MAX	    64
#define OPERANDS_TEXT_BYTES 128
#define OPTION_NAME_BYTES   64
#define OPTION_LINE_BYTES   512
/* The width for explanations of options if no terminal gives one. */
#define OPTION_COLUMNS 100
#define OPTION_WIDTH   20
#define USAGE_BYTES    512
#define USAGE_HANG     7

/* ---- help ---- */

const char *command_line_operands(const struct command_line *line, char *buffer, size_t length,
	size_t *ret_min, size_t *ret_max)
{
	size_t used = 0;

	*ret_min = *ret_max = 0;
	buffer[0] = '\0';
	for (const struct command_operand *at = line->operands; at->name; at++) {
		used += (size_t)snprintf(
			buffer + used, length - used, "%s%s", used ? " " : "", at->name);
		MUST(used < length);
		*ret_min += at->name[0] != '[';
		*ret_max = at->joins || strstr(at->name, "...") ? SIZE_MAX : *ret_max + 1;
	}
	return buffer;
}

static void print_option(const char *name, const char *value, const char *about, unsigned columns)
{
	char left[OPTION_NAME_BYTES], text[OPTION_LINE_BYTES];

	/* A name of one letter is a short option: mount's -o. */
	snprintf(left, sizeof left, "%s%s%s%s", name[1] ? "--" : "-", name, value ? " " : "",
		value ? value : "");
	/* A long name goes on a line of its own, above its text. */
	if (strlen(left) > OPTION_WIDTH) {
		snprintf(text, sizeof text, "  %s", left);
		wrap_line(text, 4, columns, stdout);
		left[0] = '\0';
	}
	/* A list has a line for each item. */
	for (const char *line = about; line;) {
		const char *end = strchr(line, '\n');

		snprintf(text, sizeof text, "  %-*s %.*s", OPTION_WIDTH, left,
			(int)(end ? end - line : (long)strlen(line)), line);
		wrap_line(text, OPTION_WIDTH + 3, columns ? columns : OPTION_COLUMNS, stdout);
		left[0] = '\0';
		line = end ? end + 1 : NULL;
	}
}

static void print_help(const struct command_line *line)
{
	char operands[OPERANDS_TEXT_BYTES], usage[USAGE_BYTES];
	unsigned columns = wrap_columns(stdout);
	size_t min, max;

	command_line_operands(line, operands, sizeof operands, &min, &max);
	/* Without operands, the command is the main thing, so it is not in brackets. */
	snprintf(usage, sizeof usage, "usage: snaprig %s%s%s%s%s%s%s", line->name,
		line->options ? " [OPTION]..." : "", max ? " " : "", operands,
		!line->command ? ""
		: max	       ? " [-- "
			       : " -- ",
		line->command ? line->command : "", line->command && max ? "]" : "");
	wrap_line(usage, USAGE_HANG, columns, stdout);
	putchar('\n');
	wrap_text(line->about, columns, stdout);
	fputs("\noptions:\n", stdout);
	for (const struct command_option *option = line->options; option && option->name; option++)
		print_option(option->name, option->value, option->about, columns);
	print_option("help", NULL, "show this", columns);
	/* An example is not wrapped, so that it can be copied. */
	if (line->examples)
		printf("\nexamples:\n%s", line->examples);
	fputs("\nexit codes:\n", stdout);
	wrap_text(line->exits, columns, stdout);
}

bool command_line_asks_for_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

int command_line_finish(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_MET;
	log_error_code(-errno, "cannot write the output");
	return EXIT_RIG;
}

/* ---- what is typed ---- */

struct reading {
	const struct command_line *line;
	int (*take)(void *context, const struct command_option *option, const char *value);
	void *context;
	uint64_t given;	  /* a bit for each option that was given */
	size_t stand_ins; /* how many operands are replaced by options */
};

static int usage_error(const struct command_line *line, const char *problem, const char *subject)
{
	log_error("%s '%s' (see 'snaprig %s --help')", problem, subject, line->name);
	return EXIT_USAGE;
}

/* Also handles a long option with one dash, and an abbreviated one. */
static int unknown_option(const struct command_line *line, const char *argument)
{
	char names[OPTIONS_MAX + 1][OPTION_NAME_BYTES], typed[OPTION_NAME_BYTES];
	char hint[SUGGEST_HINT_BYTES], otherwise[SUGGEST_HINT_BYTES];
	const char *words[OPTIONS_MAX + 1];
	size_t count = 0;

	for (const struct command_option *at = line->options; at && at->name; at++) {
		MUST(count < OPTIONS_MAX);
		snprintf(names[count++], OPTION_NAME_BYTES, "%s%s", at->name[1] ? "--" : "-",
			at->name);
	}
	snprintf(names[count++], OPTION_NAME_BYTES, "--help");
	for (size_t i = 0; i < count; i++)
		words[i] = names[i];
	snprintf(typed, sizeof typed, "%s%.*s", argument[1] == '-' ? "" : "-",
		(int)strcspn(argument, "="), argument);
	snprintf(otherwise, sizeof otherwise, "see 'snaprig %s --help'", line->name);
	log_error("unknown option '%s' (%s)", argument,
		suggest_hint(typed, words, count, otherwise, hint));
	return EXIT_USAGE;
}

static const struct command_option *find_option(
	const struct command_option *options, const char *name, size_t length)
{
	for (const struct command_option *option = options; option && option->name; option++)
		if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
			return option;
	return NULL;
}

static bool is_given(const struct reading *reading, const struct command_option *option)
{
	size_t index = (size_t)(option - reading->line->options);

	MUST(index < OPTIONS_MAX);
	return reading->given >> index & 1;
}

/* Takes the option at argv[*AT], and the value after it.  *AT is left at the last word taken. */
static int take_option(struct reading *reading, char **argv, int *at)
{
	const struct command_line *line = reading->line;
	const char *argument = argv[*at];
	bool is_long = argument[1] == '-';
	const char *name = argument + (is_long ? 2 : 1);
	const char *equals = is_long ? strchr(name, '=') : NULL;
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct command_option *option = find_option(line->options, name, length);
	const char *value = NULL;

	if (!option || (length > 1) != is_long)
		return unknown_option(line, argument);
	if (!option->value && equals)
		return usage_error(line, "no value is allowed for", argument);
	if (option->value) {
		value = equals ? equals + 1 : argv[*at + 1];
		if (!value)
			return usage_error(line, "a value is missing after", argument);
		if (!equals)
			(*at)++;
	}
	if (!is_given(reading, option)) {
		reading->given |= (uint64_t)1 << (option - line->options);
		reading->stand_ins += option->is_operand;
	}
	return reading->take(reading->context, option, value);
}

/* Checks required and mutually exclusive options. */
static int check_options(const struct reading *reading)
{
	const struct command_option *options = reading->line->options;

	for (const struct command_option *option = options; option && option->name; option++) {
		const char *other = option->excludes;

		if (option->is_required && !is_given(reading, option)) {
			log_error("%s needs --%s (see 'snaprig %s --help')", reading->line->name,
				option->name, reading->line->name);
			return EXIT_USAGE;
		}
		if (other && is_given(reading, option) &&
			is_given(reading, find_option(options, other, strlen(other)))) {
			log_error("'--%s' and '--%s' exclude each other", option->name, other);
			return EXIT_USAGE;
		}
	}
	return COMMAND_GO_ON;
}

/* As command_line_operands(), without the operands that options replaced. */
static void operands_left(const struct reading *reading, char *buffer, size_t length,
	size_t *ret_min, size_t *ret_max)
{
	command_line_operands(reading->line, buffer, length, ret_min, ret_max);
	MUST(reading->stand_ins <= *ret_min);
	*ret_min -= reading->stand_ins;
	if (*ret_max != SIZE_MAX)
		*ret_max -= reading->stand_ins;
}

/* Appends the required options to OPERANDS. */
static const char *with_required(const struct command_line *line, char *operands, size_t length)
{
	size_t used = strlen(operands);

	for (const struct command_option *at = line->options; at && at->name; at++)
		if (at->is_required && used < length)
			used += (size_t)snprintf(
				operands + used, length - used, " --%s %s", at->name, at->value);
	return operands;
}

static int check_operands(const struct reading *reading, char **argv, size_t count)
{
	const struct command_line *line = reading->line;
	char operands[OPERANDS_TEXT_BYTES];
	size_t min, max;

	operands_left(reading, operands, sizeof operands, &min, &max);
	if (count < min)
		return usage_error(line, "arguments are missing: expected",
			with_required(line, operands, sizeof operands));
	if (count > max)
		return usage_error(line, "unexpected argument", argv[max + 1]);
	return COMMAND_GO_ON;
}

/* Whether -- after COUNT operands begins the command of a line that has one. */
static bool begins_command(const struct reading *reading, size_t count)
{
	char operands[OPERANDS_TEXT_BYTES];
	size_t min, max;

	operands_left(reading, operands, sizeof operands, &min, &max);
	return reading->line->command && count >= min;
}

/* Moves the words after the -- at argv[AT] to follow the COUNT operands. */
static int take_command(const struct command_line *line, char **argv, int at, size_t count)
{
	char **words = argv + at + 1, **to = argv + count + 1;

	if (!*words) {
		log_error("a command is missing after '--' (see 'snaprig %s --help')", line->name);
		return EXIT_USAGE;
	}
	while ((*to++ = *words++))
		;
	return COMMAND_GO_ON;
}

bool command_line_asks_for_json(int argc, char **argv, bool takes_words)
{
	for (int at = 1; at < argc && strcmp(argv[at], "--") != 0; at++) {
		if (strcmp(argv[at], "--json") == 0)
			return true;
		if (takes_words && argv[at][0] != '-')
			return false;
	}
	return false;
}

int command_line_read(const struct command_line *line, int argc, char **argv,
	int (*take)(void *context, const struct command_option *option, const char *value),
	void *context, size_t *ret_count)
{
	struct reading reading = { .line = line, .take = take, .context = context };
	size_t count = 0;
	bool options_ended = false, has_command = false;
	int result = COMMAND_GO_ON;

	/* First of all, since every message about the rest must be noted. */
	if (find_option(line->options, "json", strlen("json")) &&
		command_line_asks_for_json(argc, argv, line->takes_words))
		json_output_begin();
	for (int at = 1; at < argc && !has_command; at++) {
		char *argument = argv[at];

		if (options_ended || argument[0] != '-' || argument[1] == '\0') {
			argv[++count] = argument;
			options_ended |= line->takes_words;
		} else if (strcmp(argument, "--") == 0 && begins_command(&reading, count)) {
			has_command = true;
			result = take_command(line, argv, at, count);
		} else if (strcmp(argument, "--") == 0) {
			options_ended = true;
		} else if (command_line_asks_for_help(argument)) {
			print_help(line);
			return command_line_finish();
		} else {
			result = take_option(&reading, argv, &at);
		}
		if (result != COMMAND_GO_ON)
			return result;
	}
	result = check_operands(&reading, argv, count);
	if (line->command && !has_command && result == COMMAND_GO_ON)
		argv[count + 1] = NULL;
	if (result == COMMAND_GO_ON)
		result = check_options(&reading);
	if (result == COMMAND_GO_ON)
		*ret_count = count;
	return result;
}

/* ---- into a struct ---- */

struct parsing {
	const struct command_line *line;
	void *values;
};

static bool is_list(const struct command_option *option)
{
	size_t length = strlen(option->value);

	return length > 3 && strcmp(option->value + length - 3, "...") == 0;
}

static int take_into_values(void *context, const struct command_option *option, const char *value)
{
	struct parsing *parsing = context;
	void *field = (char *)parsing->values + option->offset;
	struct command_texts *list = field;

	if (!option->value) {
		*(bool *)field = true;
		return COMMAND_GO_ON;
	}
	if (!is_list(option)) {
		*(const char **)field = value;
		return COMMAND_GO_ON;
	}
	if (list->count == COMMAND_TEXTS_MAX)
		return usage_error(parsing->line, "too many options: unexpected", value);
	list->texts[list->count++] = value;
	return COMMAND_GO_ON;
}

int command_line_parse(
	const struct command_line *line, int argc, char **argv, void *values, size_t *ret_count)
{
	struct parsing parsing = { .line = line, .values = values };

	return command_line_read(line, argc, argv, take_into_values, &parsing, ret_count);
}
