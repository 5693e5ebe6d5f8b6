/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - a run of a scenario, written down so that it can be repeated.
 *
 * A file of JSON lines: what was run, the rig's journal as it was at the end,
 * and the verdict.
 *
 *	{"event": "run", "schema_version": 1, "scenario": PATH, "name": NAME,
 *	 "seed": 7}
 *	…
 *	{"event": "verdict", "verdict": "failed: b1 silent-corruption"}
 *
 * A rule that struck by chance is repeated by when it struck: as many rules as
 * it has hits, each for one of its matches.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_RECORD_H
#define SNAPRIG_SCENARIOS_REPORT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/judge/results.h"

/* A rule as it was added, in that order. */
struct record_rule {
	char *text;	     /* as rule_format() writes it */
	unsigned occurrence; /* which of the rules with this text, from 0 */
	uint64_t id;
};

/* One strike of a rule, in the order in which they struck. */
struct record_hit {
	size_t rule;	  /* which of the record's */
	uint64_t match;	  /* which of the rule's matches it was, from 1 */
	char *place;	  /* where, for people and to compare: "snapshot.read at 4096+512" */
	bool is_left_out; /* the next run does without it */
};

struct record {
	char *scenario_path; /* absolute */
	char *scenario_name; /* which of the file's; NULL: an old record, of a file with one */
	uint64_t seed;
	char *verdict;
	struct record_rule *rules;
	size_t rule_count;
	struct record_hit *hits;
	size_t hit_count;
};

/* Reads the record at PATH: 0, or -EINVAL after a message. */
int record_read(const char *path, struct record *ret);
void record_deinit(struct record *record);

/* Writes the record of RESULT with the rig's JOURNAL (NULL: it could not be read).  0 or -errno. */
int record_write(const char *path, const struct scenario_result *result, const char *journal);

/* What a run came to, to compare: the outcome, and the verdict on each backup; the caller's. */
char *record_verdict(const struct scenario_result *result);

/* The rule that strikes just as HIT of RECORD did, the caller's. */
char *record_hit_rule(const struct record *record, const struct record_hit *hit);

/* The rule TEXT, but so that it never strikes, the caller's: as one that never did. */
char *record_idle_rule(const char *text);

/* TEXT, a rule that can be read, as rule_format() writes it; the caller's. */
char *record_rule_text(const char *text);

#endif
