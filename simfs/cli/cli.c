/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

/* ---- help ---- */

static void print_option(const char *name, const char *value, const char *about)
{
	char left[64];

	/* A name of one letter is a short option: mount's -o. */
	snprintf(left, sizeof left, "%s%s%s%s", name[1] ? "--" : "-", name, value ? " " : "",
		value ? value : "");
	/* What goes on in another line stands below its beginning. */
	for (const char *line = about; line;) {
		const char *end = strchr(line, '\n');

		printf("  %-20s %.*s\n", left, (int)(end ? end - line : (long)strlen(line)), line);
		left[0] = '\0';
		line = end ? end + 1 : NULL;
	}
}

static void print_help(const struct cli *cli)
{
	printf("usage: snaprig %s%s %s\n\n%s\n\noptions:\n", cli->name,
		cli->options ? " [OPTION]..." : "", cli->arguments, cli->about);
	for (const struct cli_option *option = cli->options; option && option->name; option++)
		print_option(option->name, option->value, option->about);
	print_option("help", NULL, "show this");
	if (cli->examples)
		printf("\nexamples:\n%s", cli->examples);
	printf("\nexit codes:\n%s", cli->exits);
}

/* ---- options ---- */

static int usage_error(const struct cli *cli, const char *problem, const char *subject)
{
	log_error("%s '%s' (see 'snaprig %s --help')", problem, subject, cli->name);
	return EXIT_USAGE;
}

static const struct cli_option *find_option(
	const struct cli_option *options, const char *name, size_t length)
{
	for (const struct cli_option *option = options; option && option->name; option++)
		if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
			return option;
	return NULL;
}

static bool asks_for_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

static bool is_list(const struct cli_option *option)
{
	size_t length = strlen(option->value);

	return length > 3 && strcmp(option->value + length - 3, "...") == 0;
}

static int add_to_list(const struct cli *cli, struct cli_list *list, const char *value)
{
	if (list->count == CLI_LIST_MAX)
		return usage_error(cli, "there are too many options: unexpected", value);
	list->texts[list->count++] = value;
	return CLI_GO_ON;
}

/*
 * Takes the option at argv[*AT], and its value behind it, into VALUES; *AT is
 * left at the last that was taken.
 */
static int take_option(const struct cli *cli, char **argv, int *at, void *values)
{
	const char *argument = argv[*at];
	bool is_long = argument[1] == '-';
	const char *name = argument + (is_long ? 2 : 1);
	const char *equals = is_long ? strchr(name, '=') : NULL;
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct cli_option *option = find_option(cli->options, name, length);

	if (!option || (length > 1) != is_long)
		return usage_error(cli, "unknown option", argument);

	void *field = (char *)values + option->offset;

	if (!option->value) {
		if (equals)
			return usage_error(cli, "no value belongs to", argument);
		*(bool *)field = true;
		return CLI_GO_ON;
	}

	const char *value = equals ? equals + 1 : argv[*at + 1];

	if (!value)
		return usage_error(cli, "a value is missing behind", argument);
	if (!equals)
		(*at)++;
	if (is_list(option))
		return add_to_list(cli, field, value);
	*(const char **)field = value;
	return CLI_GO_ON;
}

int cli_parse(const struct cli *cli, int argc, char **argv, void *values, size_t *ret_count)
{
	size_t count = 0;
	bool options_ended = false;

	for (int at = 1; at < argc; at++) {
		char *argument = argv[at];

		if (options_ended || argument[0] != '-' || argument[1] == '\0') {
			argv[++count] = argument;
		} else if (strcmp(argument, "--") == 0) {
			options_ended = true;
		} else if (asks_for_help(argument)) {
			print_help(cli);
			return cli_finish_output();
		} else {
			int result = take_option(cli, argv, &at, values);

			if (result != CLI_GO_ON)
				return result;
		}
	}

	if (count < cli->arguments_min)
		return usage_error(cli, "arguments are missing: expected", cli->arguments);
	if (count > cli->arguments_max)
		return usage_error(cli, "unexpected argument", argv[cli->arguments_max + 1]);
	*ret_count = count;
	return CLI_GO_ON;
}

int cli_run_action(const char *command, const struct cli_action *actions, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (name && asks_for_help(name)) {
		printf("usage: snaprig %s ACTION ...\n\nactions:\n", command);
		for (const struct cli_action *action = actions; action->name; action++)
			printf("  %-10s %s\n", action->name, action->about);
		printf("\n'snaprig %s ACTION --help' tells more.\n", command);
		return cli_finish_output();
	}
	for (const struct cli_action *action = actions; name && action->name; action++)
		if (strcmp(action->name, name) == 0)
			return action->run(argc - 1, argv + 1);

	if (name)
		log_error("unknown action '%s' (see 'snaprig %s --help')", name, command);
	else
		log_error("an action is missing (see 'snaprig %s --help')", command);
	return EXIT_USAGE;
}

/* ---- output ---- */

int cli_finish_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_MET;
	log_error_code(-errno, "cannot write the output");
	return EXIT_RIG;
}

int cli_print_json(const json_t *document)
{
	json_dumpf(document, stdout, JSON_INDENT(2));
	putchar('\n');
	return cli_finish_output();
}
