/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/mount_words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"
#include "simfs/mount/mount_options.h"

#define KNOWN_MAX 128

/* Options meant for mount(8) and systemd; one that ends with - or = is a prefix. */
static const char *const for_others[] = { "_netdev", "auto", "comment=", "defaults", "group",
	"noauto", "nofail", "nouser", "owner", "relatime", "user", "user=", "users", "x-", "X-" };

#define FOR_OTHERS (sizeof for_others / sizeof for_others[0])

/* mount(8) expects a process that goes into the background and prints nothing itself. */
static bool is_for_the_command_line(const char *name)
{
	return strcmp(name, "foreground") == 0 || strcmp(name, "json") == 0;
}

static void add(struct mount_words *words, char *word)
{
	words->argv = heap_grow(words->argv, (size_t)words->argc, sizeof *words->argv);
	words->argv[words->argc++] = word;
}

/* Adds WORD, which this file allocated. */
static void add_made(struct mount_words *words, char *word)
{
	words->made = heap_grow(words->made, words->made_count, sizeof *words->made);
	words->made[words->made_count++] = word;
	add(words, word);
}

/* The length of the first option in TEXT. */
static size_t option_length(const char *text)
{
	bool is_quoted = false;
	size_t at = 0;

	for (; text[at] && (is_quoted || text[at] != ','); at++) {
		if (text[at] == '"')
			is_quoted = !is_quoted;
		else if (text[at] == '\\' && text[at + 1])
			at++;
	}
	return at;
}

/* Removes the backslashes of "\," and "\\", and quotes around the whole, in place. */
static char *plain_value(char *value)
{
	size_t length = strlen(value), to = 0;
	bool is_quoted = length >= 2 && value[0] == '"' &&
			 strchr(value + 1, '"') == value + length - 1;

	for (size_t from = is_quoted; from < length - is_quoted; from++) {
		from += value[from] == '\\' && (value[from + 1] == ',' || value[from + 1] == '\\');
		value[to++] = value[from];
	}
	value[to] = '\0';
	return value;
}

static bool is_for_others(const char *option)
{
	for (size_t i = 0; i < FOR_OTHERS; i++) {
		size_t length = strlen(for_others[i]);
		bool goes_on = strchr("-=", for_others[i][length - 1]) != NULL;

		if (goes_on ? strncmp(option, for_others[i], length) == 0
			    : strcmp(option, for_others[i]) == 0)
			return true;
	}
	return false;
}

/* Finds the option NAME, LENGTH bytes long; -o does not accept short options. */
static const struct command_option *find(
	const struct command_line *line, const char *name, size_t length)
{
	for (const struct command_option *at = line->options; at && at->name; at++)
		if (at->name[1] && strlen(at->name) == length &&
			memcmp(at->name, name, length) == 0)
			return at;
	return NULL;
}

static int report_unknown(const struct command_line *line, const char *option, const char *name)
{
	const char *known[KNOWN_MAX];
	size_t count = 0;

	for (const struct command_option *at = line->options; at && at->name; at++)
		if (at->name[1] && !is_for_the_command_line(at->name))
			known[count++] = at->name;
	for (size_t i = 0; mount_options_name(i); i++)
		known[count++] = mount_options_name(i);
	for (size_t i = 0; i < FOR_OTHERS; i++)
		known[count++] = for_others[i];
	MUST(count <= KNOWN_MAX);

	char hint[SUGGEST_HINT_BYTES];

	log_error("option '%s' of -o is unknown (%s)", option,
		suggest_hint(name, known, count, "see 'snaprig mount --help'", hint));
	return -EINVAL;
}

/* Adds OPTION, which is described by ROW, with VALUE (NULL: none), as a word. */
static int add_option(struct mount_words *words, const struct command_option *row,
	const char *option, char *value)
{
	if (is_for_the_command_line(row->name)) {
		log_error("option '%s' of -o is for the command line only", option);
		return -EINVAL;
	}
	if (row->value && !value) {
		log_error("option '%s' of -o needs a value: %s=%s", option, row->name, row->value);
		return -EINVAL;
	}
	if (!row->value && value) {
		log_error("option '%s' of -o takes no value", option);
		return -EINVAL;
	}
	add_made(words, heap_format("--%s%s%s", row->name, value ? "=" : "",
				value ? plain_value(value) : ""));
	return 0;
}

/* Takes one option; *REST collects those for FUSE. */
static int take(
	struct mount_words *words, const struct command_line *line, const char *option, char **rest)
{
	char *copy = heap_copy(option);
	char *equals = strchr(copy, '=');
	const struct command_option *row;
	int error = 0;

	if (equals)
		*equals = '\0';
	row = find(line, copy, strlen(copy));
	if (row) {
		error = add_option(words, row, option, equals ? equals + 1 : NULL);
	} else if (is_for_others(option)) {
		/* Dropped. */
	} else if (*option && !mount_options_knows(copy)) {
		error = report_unknown(line, option, copy);
	} else {
		char *longer = *rest ? heap_format("%s,%s", *rest, option) : heap_copy(option);

		free(*rest);
		*rest = longer;
	}
	free(copy);
	return error;
}

static int take_all(
	struct mount_words *words, const struct command_line *line, const char *text, char **rest)
{
	for (const char *at = text;; at++) {
		size_t length = option_length(at);
		char *option = heap_format("%.*s", (int)length, at);
		int error = take(words, line, option, rest);

		free(option);
		if (error < 0)
			return error;
		at += length;
		if (!*at)
			return 0;
	}
}

int mount_words_init(
	const struct command_line *line, int argc, char **argv, struct mount_words *ret)
{
	char *rest = NULL;
	char dash_o[] = "-o";
	int at = 0, error = 0;

	*ret = (struct mount_words){ 0 };
	for (; at < argc && strcmp(argv[at], "--") != 0 && error == 0; at++) {
		if (strcmp(argv[at], dash_o) == 0 && at + 1 < argc)
			error = take_all(ret, line, argv[++at], &rest);
		else
			add(ret, argv[at]);
	}
	if (rest) {
		add_made(ret, heap_copy(dash_o));
		add_made(ret, rest);
	}
	for (; at < argc; at++)
		add(ret, argv[at]);
	add(ret, NULL);
	ret->argc--;
	return error;
}

void mount_words_deinit(struct mount_words *words)
{
	for (size_t i = 0; i < words->made_count; i++)
		free(words->made[i]);
	free(words->made);
	free(words->argv);
}
