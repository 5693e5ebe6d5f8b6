/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_merge.c - snaprig report merge: the reports of several machines as one.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "scenarios/cli/commands.h"
#include "scenarios/cli/run_reports.h"
#include "scenarios/report/json_read.h"
#include "scenarios/report/report.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

struct values {
	struct command_texts reports;
	bool as_json;
};

/* The file of each scenario in the results. */
struct origins {
	const char **paths;
	size_t count;
};

static int file_add(const char *path, struct results *results)
{
	json_error_t where;
	json_t *document = json_load_file(path, 0, &where);
	const char *why = document ? report_json_read(document, results) : where.text;

	if (!document && where.line > 0)
		log_error("cannot read report '%s': line %d: %s", path, where.line, why);
	else if (why)
		log_error("cannot read report '%s': %s", path, why);
	json_decref(document);
	return why ? -EINVAL : 0;
}

/* A scenario belongs to one shard: a duplicate means that the reports are not of one run. */
static int namesakes_look(const struct results *results, const struct origins *origins)
{
	int result = 0;

	for (size_t i = 0; i < results->scenario_count; i++) {
		for (size_t other = 0; other < i; other++) {
			if (strcmp(results->scenarios[i].name, results->scenarios[other].name) != 0)
				continue;
			log_error("scenario '%s' is in '%s' and in '%s'",
				results->scenarios[i].name, origins->paths[other],
				origins->paths[i]);
			result = -EINVAL;
			break;
		}
	}
	return result;
}

static int files_read(char **paths, size_t count, struct results *results)
{
	struct origins origins = { 0 };
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		if (file_add(paths[i], results) < 0)
			result = -EINVAL;
		while (origins.count < results->scenario_count) {
			origins.paths = heap_grow(
				origins.paths, origins.count, sizeof *origins.paths);
			origins.paths[origins.count++] = paths[i];
		}
	}
	if (namesakes_look(results, &origins) < 0)
		result = -EINVAL;
	free(origins.paths);
	return result;
}

static int results_tell(const struct results *results, const struct values *values)
{
	struct run_reports reports;
	size_t missing = results_missing(results);
	int exit_code = missing > 0 ? EXIT_RIG : results_exit_code(results);

	if (run_reports_open(&reports, &values->reports, results) < 0)
		return EXIT_USAGE;
	for (size_t i = 0; i < results->scenario_count; i++)
		run_reports_tell(&reports, &results->scenarios[i]);
	if (values->as_json) {
		report_json(results, stdout);
	} else {
		report_tap_begin(reports.tap_version, results->scenario_count + missing, stdout);
		for (size_t i = 0; i < results->scenario_count; i++)
			report_tap_point(&results->scenarios[i], i + 1, stdout);
	}
	if (missing > 0)
		log_error("%zu of %zu scenarios have not ended", missing, results->planned_count);
	if (run_reports_close(&reports, results) < 0)
		exit_code = EXIT_RIG;
	return command_line_finish() != EXIT_MET ? EXIT_RIG : exit_code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	struct results results;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	results_init(&results);
	exit_code = files_read(argv + 1, count, &results) < 0 ? EXIT_USAGE
							      : results_tell(&results, &values);
	results_deinit(&results);
	return exit_code;
}

static const struct command_option options[] = {
	{ "report", "KIND=FILE...", "also write a report to a file, as 'run' does", COMMAND_CHOICE,
		RUN_REPORT_KINDS, .offset = offsetof(struct values, reports) },
	{ "json", NULL, "print one JSON object instead of TAP",
		.offset = offsetof(struct values, as_json) },
	{ 0 },
};

static const struct command_line merge = {
	.name = "report merge",
	.summary = "merge the reports of several runs",
	.operands = { { "FILE...", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.about = "Reads files written by 'run --report json=FILE', for example by the shards of a "
		 "run,\n"
		 "and prints TAP for all of them, in the order of the files.",
	.examples = "  snaprig run scenarios --shard 1/2 --report json=1.json\n"
		    "  snaprig run scenarios --shard 2/2 --report json=2.json\n"
		    "  snaprig report merge 1.json 2.json --report junit=report.xml\n",
	.exits =
		"  0    all expectations were met\n"
		"  1    an expectation was not met\n"
		"  2    the command line is wrong, a file is not a report, or two files have the\n"
		"       same scenario\n"
		"  3    inconclusive\n"
		"  4    the rig or the machine failed, or scenarios are missing because a run was\n"
		"       killed\n"
		"  77   everything was skipped\n"
		"  124  timed out\n"
		"With several scenarios, the first that applies: 4, 124, 1, 3, 0\n",
	.run = run,
};

const struct command_line *const report_actions[] = { &merge, NULL };
