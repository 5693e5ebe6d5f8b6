/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/meant.h"

struct asking {
	json_t *arguments;
	int (*print)(json_t *answer);
	bool is_text; /* what was typed is UTF-8 so far */
};

/* Adds VALUE as the argument NAME (stolen; NULL: what was typed is not UTF-8). */
static void add(struct asking *asking, const char *name, json_t *value)
{
	if (json_object_set_new(asking->arguments, name, value) < 0)
		asking->is_text = false;
}

static int take(void *context, const struct command_option *option, const char *value)
{
	struct asking *asking = context;

	if (option->print)
		asking->print = option->print;
	if (option->argument)
		add(asking, option->argument,
			value ? json_string(value) : json_boolean(!option->denies));
	return COMMAND_GO_ON;
}

/* Whether WORD is KEY=VALUE with blanks, for a key whose values may have them. */
static bool needs_quotes(const char *word)
{
	static const char *const keys[] = { "writer=", "name=", "path=" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		size_t length = strlen(keys[i]);

		if (strncmp(word, keys[i], length) == 0 && !strpbrk(word + length, "=\""))
			return strchr(word, ' ');
	}
	return false;
}

/*
 * Joins COUNT WORDS with blanks, restoring quotes that the shell has removed.  The caller frees it.
 */
static char *join(char *const *words, size_t count)
{
	char *joined = NULL;
	size_t length;
	FILE *file = count > 1 ? open_memstream(&joined, &length) : NULL;

	if (!file)
		return strdup(words[0]);
	for (size_t at = 0; at < count; at++) {
		size_t key = needs_quotes(words[at]) ? strcspn(words[at], "=") + 1 : 0;

		fprintf(file, "%s%.*s%s%s%s", at ? " " : "", (int)key, words[at], key ? "\"" : "",
			words[at] + key, key ? "\"" : "");
	}
	fclose(file);
	return joined;
}

/* COUNT words were typed for OPERAND. */
static void add_operand(struct asking *asking, const struct command_operand *operand,
	char *const *words, size_t count)
{
	AUTO(auto_free) char *joined = operand->joins ? join(words, count) : NULL;

	if (operand->argument)
		add(asking, operand->argument, json_string(joined ? joined : words[0]));
}

int cli_ask(const struct command_line *line, int argc, char **argv)
{
	const struct command_question *question = line->asks;
	struct asking asking = {
		.arguments = json_object(), .print = question->print, .is_text = true
	};
	json_t *answer = NULL;
	size_t count;
	int exit_code = command_line_read(line, argc, argv, take, &asking, &count);

	if (exit_code != COMMAND_GO_ON) {
		json_decref(asking.arguments);
		return exit_code;
	}
	if (meant_other_order(line, argv, count)) {
		json_decref(asking.arguments);
		return EXIT_USAGE;
	}
	for (size_t at = 0; at < count && line->operands[at].name; at++)
		add_operand(&asking, &line->operands[at], argv + at + 1, count - at);
	if (question->says.name)
		add(&asking, question->says.name, json_boolean(question->says.value));
	if (!asking.is_text) {
		/* The call will refuse this, so that no argument is silently left out. */
		json_decref(asking.arguments);
		asking.arguments = json_null();
	}
	if (question->check && !question->check(asking.arguments)) {
		json_decref(asking.arguments);
		return EXIT_USAGE;
	}
	exit_code = cli_call(argv[1], question, asking.arguments, &answer);
	if (exit_code == EXIT_MET && asking.print)
		exit_code = asking.print(answer);
	json_decref(answer);
	return exit_code;
}

const struct command_option ask_json_options[] = {
	ASK_JSON,
	{ 0 },
};
