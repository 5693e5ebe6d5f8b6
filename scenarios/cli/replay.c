/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - snaprig replay: runs a recorded scenario again, with every fault at the same match at
 * which it struck.
 */
#include "scenarios/cli/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "faults/rule.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/cli/commands.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/progress_bar.h"
#include "simfs/base/temporary.h"
#include "simfs/control/protocol.h"

/* ---- shared with shrink ---- */

const struct command_option replay_options[] = {
	{ "work", "FOLDER", "where to make work folders (default $TMPDIR, or /tmp)", COMMAND_FOLDER,
		.offset = offsetof(struct replay, options.work_parent) },
	{ "clients", "FOLDER...", "also look for client adapters in this folder", COMMAND_FOLDER,
		.offset = offsetof(struct replay, set.clients) },
	{ "keep", NULL, "keep the work folders, and print their paths",
		.offset = offsetof(struct replay, options.keep) },
	{ "json", NULL, "print one JSON object", .offset = offsetof(struct replay, as_json) },
	{ 0 },
};

/* A clock, a file or the machine's memory may decide differently next time. */
static void warn_not_replayable(const struct record *record)
{
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule rule;

	for (size_t i = 0; i < record->rule_count; i++) {
		if (rule_parse(record->rules[i].text, &rule, message) == 0 &&
			!rule_is_replayable(&rule))
			log_info("'%s' is not replayable: it may strike otherwise",
				record->rules[i].text);
	}
}

/* Keeps only the recorded scenario among those now in its file. */
static int scenario_choose(struct replay *replay)
{
	const char *name = replay->record.scenario_name;
	struct run_set *set = &replay->set;
	size_t kept = 0;

	/* A single one may have been renamed. */
	if (set->count == 1)
		return 0;
	for (size_t i = 0; i < set->count; i++) {
		if (name && strcmp(set->items[i].scenario->name, name) == 0)
			set->items[kept++] = set->items[i];
		else
			run_item_deinit(&set->items[i]);
	}
	set->count = kept;
	if (kept == 1)
		return 0;
	log_error("'%s' has no scenario '%s' any more", replay->record.scenario_path,
		name ? name : "");
	return -EINVAL;
}

int replay_begin(struct replay *replay, const struct command_line *line, int argc, char **argv)
{
	size_t count;
	int exit_code;

	*replay = (struct replay){ 0 };
	run_set_init(&replay->set);
	exit_code = command_line_parse(line, argc, argv, replay, &count);
	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	if (record_read(argv[1], &replay->record) < 0 ||
		run_set_add(&replay->set, replay->record.scenario_path) < 0)
		return EXIT_USAGE;
	if (scenario_choose(replay) < 0)
		return EXIT_USAGE;
	run_set_seed(&replay->set, replay->record.seed);
	warn_not_replayable(&replay->record);
	interrupt_watch();
	return COMMAND_GO_ON;
}

void replay_end(struct replay *replay)
{
	run_set_deinit(&replay->set);
	record_deinit(&replay->record);
}

/* Takes the new run's record from its file. */
static int record_take(const char *path, struct record *ret)
{
	int error = ret ? record_read(path, ret) : 0;

	unlink(path);
	return error;
}

static size_t steps_of(const struct scenario *scenario)
{
	size_t count = 0;

	for (size_t i = 0; i < scenario->phase_count; i++)
		count += scenario->phases[i].step_count;
	return count;
}

static void step_over(void *context, size_t count)
{
	(void)context;
	progress_bar_set(count);
}

char *replay_once(struct replay *replay, struct record *ret)
{
	AUTO(auto_free) char *path = heap_format("%s/snaprig-replay.XXXXXX", temporary_parent());
	struct results results;
	char *verdict = NULL;
	int fd = mkstemp(path);

	if (fd < 0) {
		log_error_code(-errno, "cannot make the record '%s'", path);
		return NULL;
	}
	close(fd);
	results_init(&results);
	replay->options.record_path = path;
	replay->options.repeats = &replay->record;
	replay->options.step_over = step_over;
	progress_bar_begin("replay", "steps", steps_of(replay->set.items[0].scenario));
	run_scenario(replay->set.items[0].scenario, replay->set.items[0].client, &replay->options,
		&results);
	progress_bar_end();
	if (record_take(path, ret) == 0 && !interrupt_seen())
		verdict = record_verdict(&results.scenarios[0]);
	if (results.scenarios[0].outcome == OUTCOME_ERROR)
		log_info("%s", results.scenarios[0].message);
	results_deinit(&results);
	return verdict;
}

/* ---- replay ---- */

struct comparison_of_hits {
	size_t struck;	  /* how many of the recorded hits */
	size_t elsewhere; /* how many of those at another place */
};

/* Each rule of the new run stands for one hit, in the order in which they were added. */
static struct comparison_of_hits hits_compare(
	const struct record *record, const struct record *again)
{
	struct comparison_of_hits found = { 0 };

	for (size_t i = 0; i < record->hit_count; i++) {
		AUTO(auto_free) char *rule = record_hit_rule(record, &record->hits[i]);

		for (size_t at = 0; at < again->hit_count; at++) {
			const struct record_rule *of = &again->rules[again->hits[at].rule];

			if (again->hits[at].is_left_out || strcmp(of->text, rule) != 0)
				continue;
			again->hits[at].is_left_out = true;
			found.struck++;
			found.elsewhere += strcmp(again->hits[at].place, record->hits[i].place) !=
					   0;
			break;
		}
	}
	return found;
}

static int report(const struct replay *replay, const char *verdict, const struct record *again)
{
	const struct record *record = &replay->record;
	struct comparison_of_hits hits = hits_compare(record, again);
	bool is_same = strcmp(verdict, record->verdict) == 0;

	if (replay->as_json) {
		json_t *object = json_pack("{s:s, s:I, s:s, s:s, s:b, s:I, s:I, s:I}", "scenario",
			record->scenario_path, "seed", (json_int_t)record->seed, "recorded",
			record->verdict, "replayed", verdict, "same", (int)is_same, "faults",
			(json_int_t)record->hit_count, "struck", (json_int_t)hits.struck,
			"elsewhere", (json_int_t)hits.elsewhere);

		json_output_write(object, JSON_OUTPUT_FLAGS, stdout);
		json_decref(object);
	} else {
		printf("recorded   %s\nreplayed   %s\nfaults     %zu of %zu struck again",
			record->verdict, verdict, hits.struck, record->hit_count);
		if (hits.elsewhere > 0)
			printf(", %zu of them at another place", hits.elsewhere);
		putchar('\n');
	}
	if (!is_same)
		return EXIT_FINDING;
	return hits.struck == record->hit_count ? EXIT_MET : EXIT_INCONCLUSIVE;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct replay replay;
	struct record again = { 0 };
	int exit_code = replay_begin(&replay, line, argc, argv);

	if (exit_code == COMMAND_GO_ON) {
		AUTO(auto_free) char *verdict = replay_once(&replay, &again);

		exit_code = verdict ? report(&replay, verdict, &again) : EXIT_RIG;
		record_deinit(&again);
		interrupt_obey();
	}
	replay_end(&replay);
	return exit_code;
}

const struct command_line replay_command = {
	.name = "replay",
	.summary = "run a recorded scenario again, fault by fault",
	.operands = { REPLAY_OPERAND },
	.options = replay_options,
	.about = "Runs the scenario of a record ('snaprig run --record') again with the same seed. "
		 " Every\n"
		 "fault strikes at the same match of its rule as before.  Then compares the "
		 "results.",
	.examples = "  snaprig run mine.yaml --record records\n"
		    "  snaprig replay records/mine.jsonl\n",
	.exits = "  0    the same verdict, from the same faults\n"
		 "  1    a different verdict\n"
		 "  2    the command line is wrong, or a record or a scenario cannot be read\n"
		 "  3    the same verdict, but a fault did not strike\n"
		 "  4    the rig failed\n",
	.run = run,
};
