/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep.c - snaprig sweep: where does a client notice a failure, and where does it miss it?
 */
#include "scenarios/cli/sweep.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/cli/check_arguments.h"
#include "scenarios/cli/check_failures.h"
#include "scenarios/cli/commands.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"
#include "simfs/base/yaml/values.h"

#define POINTS_DEFAULT 64

/* A shell reports a process ended by a signal as this plus the signal's number. */
#define SIGNAL_EXIT_BASE 128

static int read_arguments(struct sweep_arguments *arguments)
{
	char hint[SUGGEST_HINT_BYTES];

	arguments->points_max = arguments->every ? UINT64_MAX : POINTS_DEFAULT;
	if (arguments->by_text && strcmp(arguments->by_text, "offsets") == 0) {
		arguments->by = SWEEP_BY_OFFSETS;
	} else if (arguments->by_text && strcmp(arguments->by_text, "hits") != 0) {
		log_error("unknown way '%s' to sweep (%s)", arguments->by_text,
			suggest_hint_of_list(
				arguments->by_text, "hits offsets", "hits or offsets", hint));
		return EXIT_USAGE;
	}
	if (arguments->points_text &&
		(number_parse(arguments->points_text, &arguments->points_max) < 0 ||
			arguments->points_max == 0)) {
		log_error("cannot read number of points '%s' (try 64)", arguments->points_text);
		return EXIT_USAGE;
	}
	return sweep_aim_check(arguments);
}

/* ---- running ---- */

static int check_one(const struct check_arguments *arguments, struct check_result *ret)
{
	struct failure *failure;
	int code = check_failure_load(arguments, &failure);

	if (code != EXIT_MET)
		return code;

	AUTO(auto_free)
	char *profile = failure ? check_failure_profile(arguments, failure) : NULL;

	check_run(arguments, failure, profile, ret);
	return EXIT_MET;
}

/* Counts the places; the client must be right when nothing strikes. */
static int steady_run(struct sweep *sweep)
{
	struct check_arguments arguments = sweep->arguments->check;
	struct failure *failure;
	int code = check_failure_load(&arguments, &failure);

	if (code != EXIT_MET)
		return code;

	AUTO(auto_free)
	char *profile = failure ? check_failure_profile(&arguments, failure) : NULL;
	char **texts = sweep_aim_count(sweep->arguments, &arguments);

	failure_destroy(failure);
	arguments.profile = profile ? profile : arguments.profile;
	code = check_one(&arguments, &sweep->steady);
	sweep_aim_free(texts);
	return code == EXIT_MET ? sweep->steady.code : code;
}

static void progress_show(const struct sweep *sweep)
{
	uint64_t done = 0, all = 0;

	if (!isatty(STDERR_FILENO))
		return;
	for (size_t t = 0; t < sweep->track_count; t++) {
		done += sweep->tracks[t].point_count;
		all += sweep->tracks[t].count;
	}
	if (all > sweep->arguments->points_max)
		all = sweep->arguments->points_max;
	fprintf(stderr, "\r\033[K%llu of %llu ...", (unsigned long long)done,
		(unsigned long long)all);
}

static void point_run(struct sweep *sweep, struct sweep_track *track, uint64_t index)
{
	struct check_arguments arguments = sweep->arguments->check;
	char **texts = sweep_aim(sweep->arguments, track, index, &arguments);
	struct check_result result;

	progress_show(sweep);
	/* The failure was loaded before, and still exists. */
	if (check_one(&arguments, &result) != EXIT_MET)
		sweep->code = EXIT_RIG;
	else if (interrupt_seen())
		check_result_deinit(&result);
	else
		sweep_point_add(track, index)->result = result;
	sweep_aim_free(texts);
}

/* The tracks take turns until nothing is left to try. */
static void points_run(struct sweep *sweep)
{
	uint64_t left = sweep->arguments->points_max;
	bool is_done = false;

	while (!is_done) {
		is_done = true;
		for (size_t t = 0; t < sweep->track_count && left > 0; t++) {
			uint64_t index;

			if (interrupt_seen() || sweep->code == EXIT_RIG ||
				!sweep_choose(&sweep->tracks[t], &index))
				continue;
			point_run(sweep, &sweep->tracks[t], index);
			is_done = false;
			left--;
		}
	}
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* A place where nothing strikes does no harm if something strikes elsewhere. */
static void code_set(struct sweep *sweep)
{
	int code = EXIT_INCONCLUSIVE;
	bool has_struck = false;

	for (size_t t = 0; t < sweep->track_count; t++)
		for (size_t i = 0; i < sweep->tracks[t].point_count; i++) {
			const struct check_result *result = &sweep->tracks[t].points[i].result;

			if (sweep_has_missed(result))
				continue;
			code = has_struck ? check_code_worse(code, result->code) : result->code;
			has_struck = true;
		}
	if (sweep->code == EXIT_MET)
		sweep->code = sweep->is_partial ? SIGNAL_EXIT_BASE + interrupt_seen() : code;
}

static int report(const struct sweep *sweep)
{
	const char *path = sweep->arguments->svg;
	int error = path ? sweep_svg_write(sweep, path) : 0;
	int code = EXIT_MET;

	if (error < 0) {
		log_error_code(error, "cannot write picture '%s'", path);
		code = EXIT_RIG;
	}
	if (sweep->arguments->check.as_json)
		return check_code_worse(code, check_json_print(sweep_json(sweep)));
	sweep_print(sweep);
	return check_code_worse(code, command_line_finish());
}

/* The client fails even without a failure; nothing else is reported. */
static int report_steady(const struct sweep *sweep)
{
	if (sweep->arguments->check.as_json)
		return check_json_print(sweep_json(sweep));
	check_print(&sweep->steady);
	return command_line_finish();
}

static int sweep_run(struct sweep *sweep)
{
	int code;

	sweep->code = steady_run(sweep);
	if (interrupt_seen())
		log_info("interrupted before anything was swept");
	if (!sweep->steady.verdict || interrupt_seen())
		return sweep->code;
	if (sweep->code == EXIT_FINDING || sweep->code == EXIT_TIMED_OUT)
		log_error("without the failure it is not intact, so nothing was swept");
	if (sweep->code != EXIT_MET)
		return check_code_worse(sweep->code, report_steady(sweep));
	sweep_aim_tracks(sweep);
	points_run(sweep);
	sweep->is_partial = interrupt_seen() != 0;
	code_set(sweep);
	sweep_answers_tell(sweep);
	code = report(sweep);
	/* The signal ends it. */
	return sweep->is_partial ? sweep->code : check_code_worse(sweep->code, code);
}

static void sweep_deinit(struct sweep *sweep)
{
	for (size_t t = 0; t < sweep->track_count; t++) {
		for (size_t i = 0; i < sweep->tracks[t].point_count; i++)
			check_result_deinit(&sweep->tracks[t].points[i].result);
		free(sweep->tracks[t].points);
	}
	check_result_deinit(&sweep->steady);
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct sweep_arguments arguments = { 0 };
	struct sweep sweep = { .arguments = &arguments };
	int code = check_arguments_read(line, argc, argv, &arguments.check);

	if (code == COMMAND_GO_ON) {
		code = read_arguments(&arguments);
		if (code == EXIT_MET) {
			interrupt_watch();
			code = sweep_run(&sweep);
		}
	}
	sweep_deinit(&sweep);
	check_arguments_deinit(&arguments.check);
	interrupt_obey();
	return code;
}

#define AT(field)     .offset = offsetof(struct check_arguments, field)
#define AT_OWN(field) .offset = offsetof(struct sweep_arguments, field)

static const struct command_option options[] = {
	{ "failure", "NAME|FILE",
		"what happens ('snaprig list failures'), at one moment after the other",
		COMMAND_LISTED, "failures FILE", AT(failure) },
	{ "fault", "RULE...",
		"or a fault, at one hit or offset after the other; it strikes once at each, "
		"unless the rule says how often ('snaprig fault add --help')",
		COMMAND_RULE, NULL, AT(faults), .excludes = "failure" },
	{ "by", "hits|offsets",
		"vary the hit at which it strikes, or the offset: sectors at the start of "
		"4KiB blocks, and others (default: hits, if the failure has any)",
		COMMAND_CHOICE, "hits offsets", AT_OWN(by_text) },
	{ "points", "N", "try at most N places (default 64)", COMMAND_NUMBER, AT_OWN(points_text),
		.excludes = "every" },
	{ "every", NULL, "try every place", AT_OWN(every) },
	{ "svg", "FILE", "also write the map as a picture", COMMAND_FILE, AT_OWN(svg) },
#include "scenarios/cli/check_options.def"
	{ "json", NULL, "print one JSON object", AT(as_json) },
	{ 0 },
};

const struct command_line sweep_command = {
	.name = "sweep",
	.summary = "test a backup tool with a failure at every place",
	.options = options,
	.command = "CMD...",
	.about =
		"Runs CMD as 'snaprig check' does: once without a failure, to count how often the\n"
		"failure could strike; then again and again, with the failure at the first place, "
		"at the\n"
		"last place, and between places with different results, until it is known where "
		"the\n"
		"result changes.  Remaining tries go to the widest gaps.  Prints a map of where "
		"CMD\n"
		"notices the failure, where it lies and where it hangs; after ^C, a map of what "
		"has\n"
		"been tried so far.",
	.examples =
		"  snaprig sweep --fault 'snapshot.read error=EIO' -- dd if={snapshot} of={out} "
		"bs=1M\n"
		"  snaprig sweep --failure cow-overflow -- cp {snapshot} {out}\n"
		"  snaprig sweep --by offsets --fault 'snapshot.read error=EIO' --svg map.svg \\\n"
		"      --gives tree --restore 'tar -C {restored} -xf {out}' -- \\\n"
		"      tar -C {snapshot} -cf {out} .\n",
	.exits = "  0    intact or detected at every place\n"
		 "  1    a finding: anything else, or CMD is not intact without the failure\n"
		 "  2    the command line, or a failure file, is wrong, or the failure cannot be "
		 "moved\n"
		 "  3    inconclusive: the failure never struck\n"
		 "  4    the rig or the machine failed\n"
		 "  77   this machine cannot bring the failure about\n"
		 "  124  CMD did not end in time\n"
		 "With all places, the first that applies: 4, 124, 1, 3, 0, 77\n",
	.run = run,
};
