/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.c - snaprig run: runs scenarios and reports what came of them.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/base/heap.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/run_json.h"
#include "scenarios/cli/run_set.h"
#include "scenarios/clients/clients.h"
#include "scenarios/format/yaml_values.h"
#include "scenarios/report/report.h"
#include "scenarios/run/runner.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

static const char help[] =
	"usage: snaprig run SCENARIO|DIRECTORY... [options]\n"
	"\n"
	"Runs each scenario, and every *.yaml and *.yml below each directory, and prints\n"
	"TAP.  Mistakes in any of them are printed before the first is run.\n"
	"\n"
	"  --seed N             instead of the scenarios' own seeds\n"
	"  --report junit=FILE  writes a JUnit report, too\n"
	"  --report tap=FILE    writes the TAP to a file, too\n"
	"  --record DIR         writes each run down, for replay and shrink, as DIR/NAME.jsonl\n"
	"  --work DIR           where work folders are made (default $TMPDIR, or /tmp)\n"
	"  --keep               keep the work folders, and say where they are\n"
	"  --json               print one JSON object instead of TAP\n"
	"  --help               print this text\n"
	"\n"
	"Exit code: 2 usage or a mistake in a scenario (nothing is run then); else the first\n"
	"that applies to any scenario: 4 the rig or the machine failed, 124 timed out,\n"
	"1 an expectation was not met, 3 inconclusive; 77 when all were skipped; 0\n";

struct run_arguments {
	struct run_options options;
	bool has_seed;
	uint64_t seed;
	const char *junit_path;
	const char *tap_path;
	const char *record_folder;
	bool as_json;
};

static int read_report(const char *text, struct run_arguments *arguments)
{
	const struct {
		const char *kind;
		const char **path;
	} rows[] = {
		{ "junit=", &arguments->junit_path },
		{ "tap=", &arguments->tap_path },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t length = strlen(rows[i].kind);

		if (strncmp(text, rows[i].kind, length) == 0 && text[length]) {
			*rows[i].path = text + length;
			return 0;
		}
	}
	log_error("cannot read report '%s' (try junit=report.xml or tap=report.tap)", text);
	return -EINVAL;
}

static int read_seed(const char *text, struct run_arguments *arguments)
{
	if (number_parse(text, &arguments->seed) < 0) {
		log_error("cannot read seed '%s' (try 7)", text);
		return -EINVAL;
	}
	arguments->has_seed = true;
	return 0;
}

static int read_option(int option, char **argv, struct run_arguments *arguments)
{
	switch (option) {
	case 's':
		return read_seed(optarg, arguments);
	case 'r':
		return read_report(optarg, arguments);
	case 'w':
		arguments->options.work_parent = optarg;
		return 0;
	case 'd':
		arguments->record_folder = optarg;
		return 0;
	case 'k':
		arguments->options.keep = true;
		return 0;
	case 'j':
		arguments->as_json = true;
		return 0;
	case ':':
		log_error("option '%s' needs a value (see 'snaprig run --help')", argv[optind - 1]);
		return -EINVAL;
	default:
		log_error("unknown option '%s' (see 'snaprig run --help')", argv[optind - 1]);
		return -EINVAL;
	}
}

/* Before anything is run: at the end it would be too late to say it. */
static int record_folder_check(const char *path)
{
	struct stat stat_of;
	int error = 0;

	if (path && stat(path, &stat_of) < 0)
		error = -errno;
	else if (path && !S_ISDIR(stat_of.st_mode))
		error = -ENOTDIR;
	if (error < 0)
		log_error_code(error, "cannot record in '%s'", path);
	return error < 0 ? -EINVAL : 0;
}

/* 0, 1 when help was asked for and printed, or -EINVAL after a message. */
static int read_arguments(int argc, char **argv, struct run_arguments *arguments)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "report", required_argument, NULL, 'r' },
		{ "record", required_argument, NULL, 'd' },
		{ "work", required_argument, NULL, 'w' },
		{ "keep", no_argument, NULL, 'k' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option, error = 0;

	optind = 0;
	opterr = 0;
	while (error == 0 && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 1;
		}
		error = read_option(option, argv, arguments);
	}
	if (error == 0)
		error = record_folder_check(arguments->record_folder);
	if (error == 0 && optind == argc) {
		log_error("no scenario given (see 'snaprig run --help')");
		error = -EINVAL;
	}
	return error;
}

static int report_write(const char *path, const struct results *results,
	void (*report)(const struct results *results, FILE *file))
{
	AUTO(auto_fclose) FILE *file = path ? fopen(path, "we") : NULL;

	if (!path)
		return 0;
	if (!file) {
		log_error_code(-errno, "cannot write report '%s'", path);
		return -EIO;
	}
	report(results, file);
	if (fflush(file) != 0 || ferror(file)) {
		log_error_code(-errno, "cannot write report '%s'", path);
		return -EIO;
	}
	return 0;
}

static void item_run(
	const struct run_item *item, const struct run_arguments *arguments, struct results *results)
{
	struct run_options options = arguments->options;
	AUTO(auto_free)
	char *record = arguments->record_folder
			       ? heap_format("%s/%s.jsonl", arguments->record_folder,
					 item->scenario->name)
			       : NULL;

	options.record_path = record;
	run_scenario(item->scenario, item->client, &options, results);
}

/* Runs them all; an interrupt ends it after the scenario that it struck. */
static void set_run(
	const struct run_set *set, const struct run_arguments *arguments, struct results *results)
{
	if (!arguments->as_json)
		report_tap_begin(set->count, stdout);
	for (size_t i = 0; i < set->count && !interrupt_seen(); i++) {
		fflush(stdout);
		item_run(&set->items[i], arguments, results);

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
	struct results results;

	results_init(&results);
	interrupt_watch();
	set_run(set, arguments, &results);

	int exit_code = results_exit_code(&results);
	int junit_error = report_write(arguments->junit_path, &results, report_junit);
	int tap_error = report_write(arguments->tap_path, &results, report_tap);

	if (junit_error < 0 || tap_error < 0)
		exit_code = EXIT_RIG;
	results_deinit(&results);
	interrupt_obey();
	return exit_code;
}

int command_run(int argc, char **argv)
{
	struct run_arguments arguments = { 0 };
	struct run_set set;
	int error = read_arguments(argc, argv, &arguments);

	if (error != 0)
		return error > 0 ? EXIT_MET : EXIT_USAGE;

	run_set_init(&set);
	for (int i = optind; i < argc; i++) {
		if (run_set_add(&set, argv[i]) < 0)
			error = -EINVAL;
	}
	if (arguments.has_seed)
		run_set_seed(&set, arguments.seed);

	int exit_code = error < 0 ? EXIT_USAGE : set_run_and_report(&set, &arguments);

	run_set_deinit(&set);
	return exit_code;
}
