/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - the record of a run, from which it can be repeated.
 *
 * A file of JSON lines: what was run, the rig's journal at the end, and the verdict.
 *
 *	{"event": "run", "schema_version": 1, "scenario": PATH, "name": NAME,
 *	 "seed": 7}
 *	…
 *	{"event": "verdict", "verdict": "failed: b1 silent-corruption"}
 *
 * A rule that struck by chance is repeated by its hits: as one rule per hit, for that match.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_RECORD_H
#define SNAPRIG_SCENARIOS_REPORT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/judge/results.h"

/* A rule; in the order in which rules were added. */
struct record_rule {
	char *text;	     /* as rule_format() writes it */
	unsigned occurrence; /* its number among the rules with this text, from 0 */
	uint64_t id;
};

/* A strike of a rule, in the order in which they occurred. */
struct record_hit {
	size_t rule;	  /* index in the record's rules */
	uint64_t match;	  /* the number of the match among the rule's matches, from 1 */
	char *place;	  /* where, for people and for comparisons: "snapshot.read at 4096+512" */
	bool is_left_out; /* the next run omits it */
};

struct record {
	char *scenario_path; /* absolute */
	char *scenario_name; /* of the scenario; NULL: an old record, of a file with one */
	uint64_t seed;
	char *verdict;
	struct record_rule *rules;
	size_t rule_count;
	struct record_hit *hits;
	size_t hit_count;
};

/* Reads the record at PATH.  Returns 0, or -EINVAL after printing a message. */
int record_read(const char *path, struct record *ret);
void record_deinit(struct record *record);

/* Writes the record of RESULT with the rig's JOURNAL (NULL: unreadable).  Returns 0 or -errno. */
int record_write(const char *path, const struct scenario_result *result, const char *journal);

/* Returns the result of a run, for comparisons: the outcome, and the verdict on each backup.  The
 * caller frees it. */
char *record_verdict(const struct scenario_result *result);

/* Returns a rule that strikes exactly as HIT of RECORD did.  The caller frees it. */
char *record_hit_rule(const struct record *record, const struct record_hit *hit);

/* Returns the rule TEXT changed so that it never strikes.  The caller frees it. */
char *record_idle_rule(const char *text);

/* Returns TEXT, a valid rule, as rule_format() writes it.  The caller frees it. */
char *record_rule_text(const char *text);

#endif
