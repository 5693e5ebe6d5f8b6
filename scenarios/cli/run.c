/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.c - snaprig run: runs scenarios and reports their results.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/base/quote.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/environment_here.h"
#include "scenarios/cli/run_choice.h"
#include "scenarios/cli/run_jobs.h"
#include "scenarios/cli/run_progress.h"
#include "scenarios/cli/run_reports.h"
#include "scenarios/cli/run_set.h"
#include "scenarios/cli/scenario_check.h"
#include "scenarios/clients/clients.h"
#include "scenarios/report/report.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/yaml/values.h"
#include "simfs/control/protocol.h"

struct run_arguments {
	struct run_order order;
	const char *seed_text; /* NULL: the scenarios' own */
	const char *jobs_text;
	const char *retries_text;
	uint64_t seed;
	struct run_choice choice;
	struct command_texts reports;
	struct command_texts clients;
	bool as_json;
	bool lists;
};

static int read_seed(struct run_arguments *arguments)
{
	if (!arguments->seed_text || number_parse(arguments->seed_text, &arguments->seed) == 0)
		return 0;
	log_error("cannot read seed '%s' (try 7)", arguments->seed_text);
	return -EINVAL;
}

/* Reads TEXT, from MIN to MAX, into RET, which is unchanged if TEXT is NULL. */
static int read_count(const char *what, const char *text, unsigned min, unsigned max, unsigned *ret)
{
	uint64_t number;

	if (!text)
		return 0;
	if (number_parse(text, &number) < 0 || number < min || number > max) {
		log_error("cannot use %s '%s' (from %u to %u)", what, text, min, max);
		return -EINVAL;
	}
	*ret = (unsigned)number;
	return 0;
}

/* Reads the values of the arguments.  Returns 0, or -EINVAL after a message. */
static int read_arguments(struct run_arguments *arguments)
{
	struct run_order *order = &arguments->order;

	order->jobs = 1;
	if (read_seed(arguments) < 0 ||
		read_count("jobs", arguments->jobs_text, 1, RUN_JOBS_MAX, &order->jobs) < 0 ||
		read_count("retries", arguments->retries_text, 0, RUN_RETRIES_MAX,
			&order->retries) < 0)
		return -EINVAL;
	return client_folders_check(&arguments->clients);
}

static void list_print(const struct run_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		puts(set->items[i].scenario->name);
}

static void list_print_json(const struct run_set *set)
{
	json_t *array = json_array();

	for (size_t i = 0; i < set->count; i++) {
		const struct scenario *scenario = set->items[i].scenario;

		json_array_append_new(
			array, json_pack("{s:s, s:o, s:i, s:i}", "name", scenario->name, "path",
				       report_text_json(scenario->path), "line",
				       (int)scenario->name_place.line, "column",
				       (int)scenario->name_place.column));
	}

	json_t *document = json_pack("{s:o}", "scenarios", array);

	json_output_write(document, JSON_OUTPUT_FLAGS, stdout);
	json_decref(document);
}

static void progress_over(void *context, size_t item, struct results *one)
{
	run_progress_over(context, item, one);
}

/* Runs all of them; an interrupt ends the run after the scenarios that it hit. */
static void set_run(const struct run_set *set, struct run_arguments *arguments,
	struct run_reports *reports, struct environments *environments, struct results *ret)
{
	struct run_progress progress;

	run_progress_init(&progress, reports, environments, set->count, arguments->as_json);
	arguments->order.is_shown = run_reports_show(reports);
	arguments->order.over = progress_over;
	arguments->order.context = &progress;
	run_jobs(set, &arguments->order);
	run_progress_end(&progress, ret);
	if (arguments->as_json)
		report_json(ret, stdout);
	fflush(stdout);
}

static int set_run_and_report(const struct run_set *set, struct run_arguments *arguments)
{
	struct results none = { .planned_count = set->count };
	struct environment here = environment_here();
	struct run_reports reports;
	struct results results;

	environments_add(&none.environments, &here);
	if (run_folders_prepare(&arguments->order.folders, set) < 0 ||
		run_reports_open(&reports, &arguments->reports, &none) < 0) {
		results_deinit(&none);
		return EXIT_USAGE;
	}
	interrupt_watch();
	set_run(set, arguments, &reports, &none.environments, &results);

	int exit_code = results_exit_code(&results);

	if (run_reports_close(&reports, &results) < 0)
		exit_code = EXIT_RIG;
	results_deinit(&results);
	interrupt_obey();
	return exit_code;
}

static int set_take(const struct run_set *set, struct run_arguments *arguments)
{
	if (!arguments->lists)
		return set_run_and_report(set, arguments);
	(arguments->as_json ? list_print_json : list_print)(set);
	return command_line_finish();
}

/* Returns further arguments for a replay of this run: " --clients DIR". */
static char *replay_words_of(const struct command_texts *clients)
{
	char *words = heap_copy("");

	for (size_t i = 0; i < clients->count; i++) {
		AUTO(auto_free) char *before = words;
		AUTO(auto_free) char *folder = shell_quote(clients->texts[i]);

		words = heap_format("%s --clients %s", before, folder);
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
	if (run_set_check(&set) < 0 ||
		(error == 0 && run_choice_apply(&arguments.choice, &set) < 0))
		error = -EINVAL;
	if (arguments.seed_text)
		run_set_seed(&set, arguments.seed);

	AUTO(auto_free) char *replay_words = replay_words_of(&arguments.clients);

	arguments.order.options.replay_words = replay_words;
	exit_code = error < 0 ? EXIT_USAGE : set_take(&set, &arguments);
	run_set_deinit(&set);
	return exit_code;
}

#define AT(field) .offset = offsetof(struct run_arguments, field)

static const struct command_option options[] = {
	{ "seed", "N", "use this seed instead of those of the scenarios", COMMAND_NUMBER,
		AT(seed_text) },
	{ "filter", "GLOB...", "run only scenarios whose names match this shell pattern",
		COMMAND_TEXT, AT(choice.filters) },
	{ "shard", "I/N", "run only the I-th of N shares; together they are all scenarios",
		COMMAND_TEXT, AT(choice.shard_text) },
	{ "list", NULL, "print the names of the scenarios, without running them", AT(lists) },
	{ "jobs", "N", "how many scenarios run at a time (default 1)", COMMAND_NUMBER,
		AT(jobs_text) },
	{ "retries", "N",
		"repeat a scenario that does not pass up to N times; it is flaky if it then passes",
		COMMAND_NUMBER, AT(retries_text) },
	{ "fail-fast", NULL, "after a scenario that does not pass, skip those not yet started",
		AT(order.fails_fast) },
	{ "report", "KIND=FILE...", "also write a report to a file (see above)", COMMAND_CHOICE,
		RUN_REPORT_KINDS, AT(reports) },
	{ "record", "FOLDER", "record each run in FOLDER/NAME.jsonl, for replay and shrink",
		COMMAND_FOLDER, AT(order.folders.records) },
	{ "artifacts", "FOLDER", "keep the logs of scenarios that did not pass in FOLDER/NAME",
		COMMAND_FOLDER, AT(order.folders.artifacts) },
	{ "clients", "FOLDER...", "also look for client adapters in this folder", COMMAND_FOLDER,
		AT(clients) },
	{ "work", "FOLDER", "where to make work folders (default $TMPDIR, or /tmp)", COMMAND_FOLDER,
		AT(order.options.work_parent) },
	{ "keep", NULL, "keep the work folders, and print their paths", AT(order.options.keep) },
	{ "json", NULL, "print one JSON object instead of TAP", AT(as_json) },
	{ 0 },
};

const struct command_line run_command = {
	.name = "run",
	.summary = "run scenarios and judge the clients",
	.operands = { { "SCENARIO|FOLDER...", COMMAND_LISTED, "scenarios FILE", NULL } },
	.options = options,
	.about = "Runs each scenario, and every *.yaml and *.yml file below each folder, and "
		 "prints TAP.\n"
		 "An argument that is not a file is the name of a scenario, or of a folder of "
		 "scenarios,\n"
		 "in the catalog ('snaprig list scenarios').  All mistakes are printed before the "
		 "first\n"
		 "scenario is run.  Client adapters in a folder are ignored.\n"
		 "\n"
		 "Report files are complete at any moment, even if the run is killed.  KIND can "
		 "be:\n"
		 "  junit=FILE    JUnit, with file names and attachments for GitLab\n"
		 "  jenkins=FILE  JUnit that is valid in the schema of Jenkins\n"
		 "  tap=FILE      TAP 14, as printed\n"
		 "  tap13=FILE    TAP 13, for prove(1); tap13 without FILE: print this instead\n"
		 "  json=FILE     the output of --json, with a timeline of each scenario\n"
		 "  html=FILE     a page with timelines and maps of wrong blocks\n"
		 "  github        annotations for GitHub's runner, and a summary of the step",
	.examples = "  snaprig run actiphy-cow-overflow-dd\n"
		    "  snaprig run scenarios/ --report junit=junit.xml --jobs 4\n"
		    "  snaprig run mine.yaml --record records --seed 7\n",
	.exits = "  0    all expectations were met\n"
		 "  1    an expectation was not met\n"
		 "  2    the command line or a scenario is wrong, or a report cannot be written;\n"
		 "       nothing was run\n"
		 "  3    inconclusive\n"
		 "  4    the rig or the machine failed\n"
		 "  77   everything was skipped\n"
		 "  124  timed out\n"
		 "With several scenarios, the first that applies: 4, 124, 1, 3, 0\n",
	.run = run,
};
