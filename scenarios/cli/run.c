/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.c - snaprig run: runs scenarios and reports what came of them.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/heap.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/run_folders.h"
#include "scenarios/cli/run_reports.h"
#include "scenarios/cli/run_set.h"
#include "scenarios/cli/scenario_check.h"
#include "scenarios/clients/clients.h"
#include "scenarios/format/yaml_values.h"
#include "scenarios/report/report.h"
#include "scenarios/run/runner.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

struct run_arguments {
	struct run_options options;
	const char *seed_text; /* NULL: the scenarios' own */
	uint64_t seed;
	struct command_texts reports;
	struct command_texts clients;
	struct run_folders folders;
	bool as_json;
};

static int read_seed(struct run_arguments *arguments)
{
	if (!arguments->seed_text || number_parse(arguments->seed_text, &arguments->seed) == 0)
		return 0;
	log_error("cannot read seed '%s' (try 7)", arguments->seed_text);
	return -EINVAL;
}

/* What was typed, as what it means: 0, or -EINVAL after a message. */
static int read_arguments(struct run_arguments *arguments)
{
	int error = read_seed(arguments);

	return error == 0 ? client_folders_check(&arguments->clients) : error;
}

static void item_run(const struct run_item *item, const struct run_arguments *arguments,
	const struct run_reports *reports, struct results *results)
{
	struct run_options options = arguments->options;
	AUTO(auto_free) char *record = run_record_path(&arguments->folders, item->scenario);

	AUTO(auto_free)
	char *artifacts = run_artifacts_path(&arguments->folders, item->scenario);

	options.record_path = record;
	options.keeps_timeline = run_reports_draw(reports);
	options.artifacts_path = artifacts;
	options.takes_evidence = true;
	run_scenario(item->scenario, item->client, &options, results);
}

/* Runs them all; an interrupt ends it after the scenario that it struck. */
static void set_run(const struct run_set *set, const struct run_arguments *arguments,
	struct run_reports *reports, struct results *results)
{
	if (!arguments->as_json)
		report_tap_begin(reports->tap_version, set->count, stdout);
	for (size_t i = 0; i < set->count && !interrupt_seen(); i++) {
		fflush(stdout);
		item_run(&set->items[i], arguments, reports, results);
		run_reports_write(reports, results);

		const struct scenario_result *result = &results->scenarios[i];

		if (!arguments->as_json)
			report_tap_point(result, i + 1, stdout);
		if (result->outcome != OUTCOME_PASSED && result->outcome != OUTCOME_SKIPPED)
			log_info("%s: %s; replay: %s", result->name, outcome_name(result->outcome),
				result->replay);
	}
	if (arguments->as_json)
		report_json(results, stdout);
	fflush(stdout);
}

static int set_run_and_report(const struct run_set *set, const struct run_arguments *arguments)
{
	struct run_reports reports;
	struct results results;

	results_init(&results);
	results.planned_count = set->count;
	if (run_folders_prepare(&arguments->folders, set) < 0 ||
		run_reports_open(&reports, &arguments->reports, &results) < 0) {
		results_deinit(&results);
		return EXIT_USAGE;
	}
	interrupt_watch();
	set_run(set, arguments, &reports, &results);

	int exit_code = results_exit_code(&results);

	if (run_reports_close(&reports, &results) < 0)
		exit_code = EXIT_RIG;
	results_deinit(&results);
	interrupt_obey();
	return exit_code;
}

/* What a replay of this run needs, too: " --clients DIR". */
static char *replay_words_of(const struct command_texts *clients)
{
	char *words = heap_copy("");

	for (size_t i = 0; i < clients->count; i++) {
		AUTO(auto_free) char *before = words;

		words = heap_format("%s --clients %s", before, clients->texts[i]);
	}
	return words;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct run_arguments arguments = { 0 };
	struct run_set set;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &arguments, &count);
	int error = 0;

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	if (read_arguments(&arguments) < 0)
		return EXIT_USAGE;
	run_set_init(&set);
	set.clients = arguments.clients;
	for (size_t i = 1; i <= count; i++) {
		if (run_set_add(&set, argv[i]) < 0)
			error = -EINVAL;
	}
	if (run_set_check(&set) < 0)
		error = -EINVAL;
	if (arguments.seed_text)
		run_set_seed(&set, arguments.seed);

	AUTO(auto_free) char *replay_words = replay_words_of(&arguments.clients);

	arguments.options.replay_words = replay_words;
	exit_code = error < 0 ? EXIT_USAGE : set_run_and_report(&set, &arguments);
	run_set_deinit(&set);
	return exit_code;
}

#define AT(field) .offset = offsetof(struct run_arguments, field)

static const struct command_option options[] = {
	{ "seed", "N", "instead of the scenarios' own seeds", COMMAND_NUMBER, AT(seed_text) },
	{ "report", "KIND=FILE...", "write a report to a file, too (see above)", COMMAND_CHOICE,
		RUN_REPORT_KINDS, AT(reports) },
	{ "record", "FOLDER", "write each run down, for replay and shrink, as FOLDER/NAME.jsonl",
		COMMAND_FOLDER, AT(folders.records) },
	{ "artifacts", "FOLDER", "keep the logs of what did not pass, in FOLDER/NAME",
		COMMAND_FOLDER, AT(folders.artifacts) },
	{ "clients", "FOLDER...", "look for adapters of clients in this folder, too",
		COMMAND_FOLDER, AT(clients) },
	{ "work", "FOLDER", "where work folders are made (default $TMPDIR, or /tmp)",
		COMMAND_FOLDER, AT(options.work_parent) },
	{ "keep", NULL, "keep the work folders, and say where they are", AT(options.keep) },
	{ "json", NULL, "print one JSON object instead of TAP", AT(as_json) },
	{ 0 },
};

const struct command_line run_command = {
	.name = "run",
	.summary = "run scenarios, judge the clients",
	.operands = { { "SCENARIO|FOLDER...", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.about = "Runs each scenario, and every *.yaml and *.yml below each folder, and prints\n"
		 "TAP.  Mistakes in any of them are printed before the first is run.  Adapters of\n"
		 "clients in such a folder are passed over.\n"
		 "\n"
		 "Reports are whole at every moment, also when the run is killed.  Their kinds:\n"
		 "  junit=FILE    JUnit, with files and attachments as GitLab shows them\n"
		 "  jenkins=FILE  JUnit with nothing that the schema of Jenkins does not know\n"
		 "  tap=FILE      TAP 14, as it is printed\n"
		 "  tap13=FILE    TAP 13, which prove(1) passes; tap13 alone: print that\n"
		 "  json=FILE     what --json prints\n"
		 "  html=FILE     a page to look at, with a timeline of each scenario\n"
		 "  github        annotations for GitHub's runner, and the summary of its step",
	.exits = "  2    the command line or a scenario is wrong, or a report cannot be\n"
		 "       written, and nothing was run\n"
		 "Else the first that applies to any scenario:\n"
		 "  4    the rig or the machine failed\n"
		 "  124  timed out\n"
		 "  1    an expectation was not met\n"
		 "  3    inconclusive\n"
		 "  77   all were skipped\n"
		 "  0    all expectations were met\n",
	.run = run,
};
