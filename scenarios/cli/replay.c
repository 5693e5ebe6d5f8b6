/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - snaprig replay: runs a recorded scenario again, with every
 * fault at the very match at which it struck.
 */
#include "scenarios/cli/replay.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "faults/rule.h"
#include "scenarios/base/heap.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/cli/commands.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/control/protocol.h"

static const char replay_help[] =
	"usage: snaprig replay RECORD [options]\n"
	"\n"
	"Runs the scenario of a record ('snaprig run --record') again, with its seed and\n"
	"with every fault at the very match of its rule at which it struck, and compares.\n"
	"\n"
	"  --work DIR   where the work folder is made (default $TMPDIR, or /tmp)\n"
	"  --keep       keep the work folder, and say where it is\n"
	"  --json       print one JSON object\n"
	"  --help       print this text\n"
	"\n"
	"Exit code: 0 the same verdict, by the same faults; 1 another one; 3 the same, but a\n"
	"fault did not strike; 2 usage, or a record or a scenario that cannot be read; 4 the\n"
	"rig failed\n";

/* ---- shared with shrink ---- */

/* 0, 1 when help was printed, or -EINVAL after a message; sets *RET_PATH. */
static int read_arguments(
	struct replay *replay, int argc, char **argv, const char *help, const char **ret_path)
{
	static const struct option options[] = {
		{ "work", required_argument, NULL, 'w' },
		{ "keep", no_argument, NULL, 'k' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			fputs(help, stdout);
			return 1;
		case 'w':
			replay->options.work_parent = optarg;
			break;
		case 'k':
			replay->options.keep = true;
			break;
		case 'j':
			replay->as_json = true;
			break;
		default:
			log_error("%s option '%s' (see 'snaprig %s --help')",
				option == ':' ? "no value for" : "unknown", argv[optind - 1],
				argv[0]);
			return -EINVAL;
		}
	}
	if (optind + 1 != argc) {
		log_error("one record is wanted (see 'snaprig %s --help')", argv[0]);
		return -EINVAL;
	}
	*ret_path = argv[optind];
	return 0;
}

/* A clock, a file or the machine's memory may decide otherwise the next time. */
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

int replay_begin(struct replay *replay, int argc, char **argv, const char *help)
{
	const char *path = NULL;
	int error;

	*replay = (struct replay){ 0 };
	run_set_init(&replay->set);
	error = read_arguments(replay, argc, argv, help, &path);
	if (error > 0)
		return EXIT_MET;
	if (error < 0 || record_read(path, &replay->record) < 0 ||
		run_set_add(&replay->set, replay->record.scenario_path) < 0)
		return EXIT_USAGE;
	if (replay->set.count != 1) {
		log_error("'%s' is no scenario any more", replay->record.scenario_path);
		return EXIT_USAGE;
	}
	run_set_seed(&replay->set, replay->record.seed);
	warn_not_replayable(&replay->record);
	interrupt_watch();
	return -1;
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

char *replay_once(struct replay *replay, struct record *ret)
{
	const char *folder = getenv("TMPDIR");
	AUTO(auto_free)
	char *path = heap_format("%s/snaprig-replay.XXXXXX", folder && *folder ? folder : "/tmp");
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
	run_scenario(replay->set.items[0].scenario, replay->set.items[0].client, &replay->options,
		&results);
	if (record_take(path, ret) == 0 && !interrupt_seen())
		verdict = record_verdict(&results.scenarios[0]);
	if (results.scenarios[0].outcome == OUTCOME_ERROR)
		log_info("%s", results.scenarios[0].message);
	results_deinit(&results);
	return verdict;
}

/* ---- replay ---- */

struct comparison_of_hits {
	size_t struck;	  /* as many of the recorded ones */
	size_t elsewhere; /* of those: at another place */
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
		json_t *object = json_pack("{s:i, s:s, s:I, s:s, s:s, s:b, s:I, s:I, s:I}",
			"schema_version", SCHEMA_VERSION, "scenario", record->scenario_path, "seed",
			(json_int_t)record->seed, "recorded", record->verdict, "replayed", verdict,
			"same", (int)is_same, "faults", (json_int_t)record->hit_count, "struck",
			(json_int_t)hits.struck, "elsewhere", (json_int_t)hits.elsewhere);

		json_dumpf(object, stdout, JSON_INDENT(2));
		putchar('\n');
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

int command_replay(int argc, char **argv)
{
	struct replay replay;
	struct record again = { 0 };
	int exit_code = replay_begin(&replay, argc, argv, replay_help);

	if (exit_code < 0) {
		AUTO(auto_free) char *verdict = replay_once(&replay, &again);

		exit_code = verdict ? report(&replay, verdict, &again) : EXIT_RIG;
		record_deinit(&again);
		interrupt_obey();
	}
	replay_end(&replay);
	return exit_code;
}
