/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shrink.c - snaprig shrink: the fewest faults that still lead to the verdict.
 *
 * It first leaves out whole rules, then single hits of the remaining rules.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/replay.h"
#include "scenarios/report/shrink.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/list.h"
#include "simfs/base/log.h"
#include "simfs/base/progress_bar.h"
#include "simfs/control/protocol.h"

struct shrinking {
	struct shrink shrink;
	struct replay *replay;
	bool by_rules; /* leave out rules, not hits */
	unsigned runs;
	bool has_failed;
};

static size_t hits_left(const struct record *record)
{
	size_t left = 0;

	for (size_t i = 0; i < record->hit_count; i++)
		left += !record->hits[i].is_left_out;
	return left;
}

static bool same_verdict(struct shrinking *shrinking)
{
	struct record *record = &shrinking->replay->record;
	AUTO(auto_free) char *verdict = NULL;
	bool is_same;

	if (shrinking->has_failed)
		return false;
	verdict = replay_once(shrinking->replay, NULL);
	shrinking->has_failed = !verdict;
	progress_bar_set(shrinking->runs + 1);
	is_same = verdict && strcmp(verdict, record->verdict) == 0;
	log_info("run %u: %zu of %zu faults: %s", ++shrinking->runs, hits_left(record),
		record->hit_count,
		is_same	  ? "the same"
		: verdict ? verdict
			  : "no verdict");
	return is_same;
}

/* What was left out with the rules stays out. */
static bool still_does(struct shrink *shrink)
{
	struct shrinking *shrinking = CONTAINER_OF(shrink, struct shrinking, shrink);
	struct record *record = &shrinking->replay->record;

	for (size_t i = 0; i < record->hit_count; i++)
		record->hits[i].is_left_out =
			shrink->is_left_out[shrinking->by_rules ? record->hits[i].rule : i];
	return same_verdict(shrinking);
}

static void shrink_by(struct shrinking *shrinking, bool by_rules)
{
	struct record *record = &shrinking->replay->record;
	size_t count = by_rules ? record->rule_count : record->hit_count;

	shrinking->by_rules = by_rules;
	shrinking->shrink.count = count;
	shrinking->shrink.is_left_out = heap_new(count * sizeof(bool) + 1);
	shrinking->shrink.still_does = still_does;
	for (size_t i = 0; i < count && !by_rules; i++)
		shrinking->shrink.is_left_out[i] = record->hits[i].is_left_out;
	shrink_run(&shrinking->shrink);
	/* The last attempt may have been one that failed. */
	for (size_t i = 0; i < record->hit_count; i++)
		record->hits[i].is_left_out =
			shrinking->shrink.is_left_out[by_rules ? record->hits[i].rule : i];
	free(shrinking->shrink.is_left_out);
}

static void report(const struct shrinking *shrinking)
{
	const struct record *record = &shrinking->replay->record;
	json_t *rules = json_array(), *rule;
	size_t index;

	for (size_t i = 0; i < record->hit_count; i++) {
		AUTO(auto_free) char *text = record_hit_rule(record, &record->hits[i]);

		if (!record->hits[i].is_left_out)
			json_array_append_new(rules, json_string(text));
	}
	if (shrinking->replay->as_json) {
		json_t *object = json_pack("{s:s, s:I, s:s, s:i, s:I, s:O}", "scenario",
			record->scenario_path, "seed", (json_int_t)record->seed, "verdict",
			record->verdict, "runs", (int)shrinking->runs, "faults",
			(json_int_t)record->hit_count, "rules", rules);

		json_output_write(object, JSON_OUTPUT_FLAGS, stdout);
		json_decref(object);
	} else {
		json_array_foreach(rules, index, rule) puts(json_string_value(rule));
		log_info("%s: %zu of %zu faults are enough", record->verdict,
			json_array_size(rules), record->hit_count);
	}
	json_decref(rules);
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct replay replay;
	int exit_code = replay_begin(&replay, line, argc, argv);

	if (exit_code == COMMAND_GO_ON) {
		struct shrinking shrinking = { .replay = &replay };

		/* The cause is a fault that never struck, and leaving out others changes
		 * nothing. */
		if (strncmp(replay.record.verdict, "inconclusive", strlen("inconclusive")) == 0)
			log_info("that run was inconclusive");
		progress_bar_begin("shrink", "runs", 0);
		if (same_verdict(&shrinking)) {
			shrink_by(&shrinking, true);
			shrink_by(&shrinking, false);
			exit_code = EXIT_MET;
		} else {
			log_error("even with all faults, the verdict is different");
			exit_code = EXIT_FINDING;
		}
		progress_bar_end();
		if (shrinking.has_failed)
			exit_code = EXIT_RIG;
		else if (exit_code == EXIT_MET)
			report(&shrinking);
		interrupt_obey();
	}
	replay_end(&replay);
	return exit_code;
}

const struct command_line shrink_command = {
	.name = "shrink",
	.summary = "find the fewest faults that give the same verdict",
	.operands = { REPLAY_OPERAND },
	.options = replay_options,
	.about = "Runs the scenario of a record ('snaprig run --record') again and again, with "
		 "fewer\n"
		 "and fewer of its faults, as long as the verdict stays the same.  Prints the "
		 "remaining\n"
		 "rules, one per line; each strikes once.",
	.examples = "  snaprig shrink records/mine.jsonl\n",
	.exits = "  0    done\n"
		 "  1    even with all faults, the verdict is different\n"
		 "  2    the command line is wrong, or a record or a scenario cannot be read\n"
		 "  4    the rig failed, or the command was interrupted\n",
	.run = run,
};
