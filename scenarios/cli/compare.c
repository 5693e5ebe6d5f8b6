/* SPDX-License-Identifier: Apache-2.0 */
/* compare.c - snaprig compare: how clients read, and how fast, side by side. */
#include "scenarios/cli/compare.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/base/quote.h"
#include "scenarios/cli/check_arguments.h"
#include "scenarios/cli/check_failures.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/environment_here.h"
#include "scenarios/cli/report_file.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/yaml/values.h"
#include "simfs/control/protocol.h"

#define ROUNDS_DEFAULT 5
#define ROUNDS_MAX     1000

struct compare_arguments {
	struct check_arguments check; /* of each client; first, for check_options.def */
	struct command_texts restores, reports;
	const char *rounds_text;
	uint64_t rounds;
};

struct compare {
	struct compare_arguments arguments;
	struct compare_tool tools[COMPARE_TOOLS_MAX];
	size_t count;
	struct compare_page page; /* of everything */
};

/* ---- reports ---- */

static void write_json(const void *context, FILE *file)
{
	const struct compare *compare = context;
	json_t *object = compare_json(
		compare->tools, compare->count, (size_t)compare->arguments.rounds);

	json_output_write(object, JSON_OUTPUT_FLAGS, file);
	json_decref(object);
}

static void write_html(const void *context, FILE *file)
{
	const struct compare *compare = context;

	compare_write_html(&compare->page, file);
}

static const struct report_kind {
	const char *name;
	void (*write)(const void *compare, FILE *file);
} report_kinds[] = {
	{ "json=", write_json },
	{ "html=", write_html },
};

/* Returns the kind of TEXT, "json=FILE"; or NULL. */
static const struct report_kind *report_kind(const char *text)
{
	for (size_t i = 0; i < sizeof report_kinds / sizeof report_kinds[0]; i++) {
		size_t length = strlen(report_kinds[i].name);

		if (strncmp(text, report_kinds[i].name, length) == 0 && text[length] != '\0')
			return &report_kinds[i];
	}
	return NULL;
}

static int reports_read(const struct compare_arguments *arguments)
{
	for (size_t i = 0; i < arguments->reports.count; i++) {
		const char *text = arguments->reports.texts[i];

		if (!report_kind(text)) {
			report_unknown(text, "json html", "try html=FILE or json=FILE");
			return -EINVAL;
		}
	}
	return 0;
}

/* Called before the first round and after each. */
static int reports_write(const struct compare *compare)
{
	const struct command_texts *reports = &compare->arguments.reports;

	for (size_t i = 0; i < reports->count; i++) {
		const struct report_kind *kind = report_kind(reports->texts[i]);
		const char *path = reports->texts[i] + strlen(kind->name);
		int error = report_file_write(path, kind->write, compare);

		if (error < 0) {
			log_error_code(error, "cannot write report '%s'", path);
			return EXIT_RIG;
		}
	}
	return EXIT_MET;
}

/* ---- what was typed ---- */

/* Returns WORDS in one line.  The caller frees it. */
static char *words_text(char *const *words)
{
	char *text = heap_copy(words[0]);

	/* A single word is a line for a shell already. */
	if (!words[1])
		return text;
	free(text);
	text = heap_copy("");
	for (size_t i = 0; words[i]; i++) {
		AUTO(auto_free) char *before = text;
		AUTO(auto_free) char *quoted = shell_quote(words[i]);

		text = heap_format("%s%s%s", before, i > 0 ? " " : "", quoted);
	}
	return text;
}

/* Makes a client of each part of WORDS between two --, which are replaced with terminators. */
static int tools_split(struct compare *compare, char **words)
{
	char **first = words;
	bool is_end = false;

	for (char **at = words; !is_end; at++) {
		is_end = *at == NULL;
		if (!is_end && strcmp(*at, "--") != 0)
			continue;
		if (at == first) {
			log_error("a command is missing after '--' (see 'snaprig compare "
				  "--help')");
			return -EINVAL;
		}
		if (compare->count == COMPARE_TOOLS_MAX) {
			log_error("at most %d commands can be compared", COMPARE_TOOLS_MAX);
			return -EINVAL;
		}
		*at = NULL;
		compare->tools[compare->count++] = (struct compare_tool){
			.arguments = { .command = first },
			.command = words_text(first),
		};
		first = at + 1;
	}
	if (compare->count < 2) {
		log_error("at least two commands are needed: -- 'CMD' -- 'CMD' (see 'snaprig "
			  "compare --help')");
		return -EINVAL;
	}
	return 0;
}

static int rounds_read(struct compare_arguments *arguments)
{
	const char *text = arguments->rounds_text;

	arguments->rounds = ROUNDS_DEFAULT;
	if (!text || (number_parse(text, &arguments->rounds) == 0 && arguments->rounds > 0 &&
			     arguments->rounds <= ROUNDS_MAX))
		return 0;
	log_error("cannot read rounds '%s' (try %d; %d at most)", text, ROUNDS_DEFAULT, ROUNDS_MAX);
	return -EINVAL;
}

static int tools_read(struct compare *compare)
{
	const struct compare_arguments *arguments = &compare->arguments;
	size_t restores = arguments->restores.count;

	if (restores > 1 && restores != compare->count) {
		log_error("give --restore once for all commands, or once for each of them");
		return -EINVAL;
	}
	for (size_t i = 0; i < compare->count; i++) {
		struct check_arguments *its = &compare->tools[i].arguments;
		char *const *command = its->command;

		*its = arguments->check;
		its->command = command;
		if (restores > 0)
			its->restore = arguments->restores.texts[restores > 1 ? i : 0];
		its->backup = NULL;
		if (check_arguments_read_command(its) < 0)
			return -EINVAL;
	}
	return 0;
}

/* ---- rounds ---- */

/* Checks TOOL once more.  Returns the exit code of that check. */
static int tool_check(struct compare_tool *tool)
{
	struct check_result result;
	int code;

	check_run(&tool->arguments, NULL, NULL, &result);
	code = result.code;
	if (!tool->verdict || (tool->code == EXIT_MET && code != EXIT_MET)) {
		free(tool->why);
		tool->why = heap_copy(result.why);
		tool->verdict = result.verdict;
	}
	tool->code = check_code_worse(tool->code, code);
	tool->rounds = heap_grow(tool->rounds, tool->round_count, sizeof *tool->rounds);
	tool->rounds[tool->round_count++] = result.measures;
	check_result_deinit(&result);
	return code;
}

/* Each round begins with another client, because the first one may find other caches. */
static int rounds_run(struct compare *compare)
{
	int worst = reports_write(compare);

	for (uint64_t round = 0; worst != EXIT_RIG && round < compare->arguments.rounds; round++) {
		for (size_t i = 0; i < compare->count; i++) {
			struct compare_tool *tool = &compare->tools[(i + round) % compare->count];
			int code = tool_check(tool);

			worst = check_code_worse(worst, code);
			if (interrupt_seen())
				return worst;
			/* Another round would end the same way. */
			if (code == EXIT_RIG || code == EXIT_SKIPPED) {
				log_error("'%s' cannot be compared: %s", tool->command, tool->why);
				return code;
			}
		}
		worst = check_code_worse(worst, reports_write(compare));
	}
	return worst;
}

static int print(const struct compare *compare)
{
	size_t rounds = (size_t)compare->arguments.rounds;

	if (compare->arguments.check.as_json)
		return check_json_print(compare_json(compare->tools, compare->count, rounds));
	compare_print(compare->tools, compare->count, rounds);
	return command_line_finish();
}

static void page_make(struct compare *compare)
{
	struct environment here = environment_here();

	compare->page.tools = compare->tools;
	compare->page.count = compare->count;
	compare->page.rounds = (size_t)compare->arguments.rounds;
	compare->page.words = compare->arguments.check.words;
	environments_add(&compare->page.environments, &here);
}

static void compare_deinit(struct compare *compare)
{
	/* Their other arguments belong to the command line. */
	for (size_t i = 0; i < compare->count; i++) {
		free(compare->tools[i].arguments.backup);
		free(compare->tools[i].command);
		free(compare->tools[i].why);
		free(compare->tools[i].rounds);
	}
	environments_deinit(&compare->page.environments);
	check_arguments_deinit(&compare->arguments.check);
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct compare compare = { 0 };
	struct check_arguments *check = &compare.arguments.check;

	check->writes_beside = true;

	int code = check_arguments_read(line, argc, argv, check);

	if (code == COMMAND_GO_ON) {
		code = EXIT_USAGE;
		if (rounds_read(&compare.arguments) == 0 && reports_read(&compare.arguments) == 0 &&
			tools_split(&compare, (char **)check->command) == 0 &&
			tools_read(&compare) == 0) {
			interrupt_watch();
			page_make(&compare);
			code = rounds_run(&compare);
			if (!interrupt_seen() && code != EXIT_RIG && code != EXIT_SKIPPED) {
				int printed = print(&compare);

				code = printed == EXIT_MET ? code : printed;
			}
		}
	}
	compare_deinit(&compare);
	interrupt_obey();
	return code;
}

#define AT(field) .offset = offsetof(struct check_arguments, field)

#define CHECK_RESTORE_ROW                                                                          \
	{                                                                                          \
		"restore", "CMD...",                                                               \
			"a line for the shell that makes {restored} from {out} (default: a "       \
			"copy); "                                                                  \
			"once for all commands, or once for each",                                 \
			COMMAND_TEXT, .offset = offsetof(struct compare_arguments, restores)       \
	}

static const struct command_option options[] = {
	{ "rounds", "N", "how many rounds (default 5)", COMMAND_NUMBER,
		.offset = offsetof(struct compare_arguments, rounds_text) },
#include "scenarios/cli/check_options.def"
	{ "report", "KIND=FILE...", "write a report (json or html), updated after each round",
		COMMAND_CHOICE,
		"json= html=", .offset = offsetof(struct compare_arguments, reports) },
	{ "json", NULL, "print one JSON object", AT(as_json) },
	{ 0 },
};

const struct command_line compare_command = {
	.name = "compare",
	.summary = "compare how, and how fast, backup tools read",
	.options = options,
	.command = "CMD... -- CMD...",
	.about = "Checks each CMD, as 'snaprig check' does without a failure, and prints side by "
		 "side\n"
		 "what resources each used and how it read the snapshot: the median, minimum and\n"
		 "maximum of all rounds.  The last lines say why their times differ.",
	.examples = "  snaprig compare -- dd if={snapshot} of={out} bs=4k \\\n"
		    "      -- dd if={snapshot} of={out} bs=1M -- nbdcopy {snapshot} {out}\n"
		    "  snaprig compare --restore 'gunzip <{out} >{restored}' --writer storm \\\n"
		    "      -- 'gzip -1 <{snapshot} >{out}' -- 'pigz -1 <{snapshot} >{out}'\n",
	.exits = "  0    every backup was intact\n"
		 "  1    a finding: a backup was not intact\n"
		 "  2    the command line is wrong\n"
		 "  3    inconclusive: a backup could not be judged\n"
		 "  4    the rig or the machine failed\n"
		 "  77   this machine cannot provide the snapshot in this way\n"
		 "  124  a command did not end in time\n",
	.run = run,
};
