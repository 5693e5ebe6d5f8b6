/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results.h - what came of running scenarios; the runner fills it, reports read it.
 *
 * A plain tree.  The results_add_*() and result_*() functions copy every
 * string they are given; results_deinit() frees it all.  Memory that runs out
 * ends the program (results_add_* never fail): a run that cannot be recorded
 * has no result.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_RESULTS_H
#define SNAPRIG_SCENARIOS_JUDGE_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/format/scenario.h"
#include "scenarios/judge/differences.h"
#include "scenarios/judge/environment.h"
#include "scenarios/judge/measures.h"
#include "scenarios/judge/timeline.h"

/* In order of weight: a whole run is as bad as its heaviest outcome. */
enum outcome {
	OUTCOME_PASSED,	      /* all expectations met */
	OUTCOME_SKIPPED,      /* a privilege or a tool is missing; `message` names it */
	OUTCOME_INCONCLUSIVE, /* the fault never fired, or the oracle cannot tell */
	OUTCOME_FAILED,	      /* a finding: an expectation was not met */
	OUTCOME_TIMED_OUT,    /* the scenario outlived its time limit */
	OUTCOME_ERROR,	      /* the rig or the machine failed */
};

/* One step that was begun; steps after the end of a run are absent. */
struct step_result {
	char *phase;	    /* name of its phase */
	char *title;	    /* the step for people: "backup 'b1' of 's1'" */
	struct place place; /* in the scenario's file */
	enum outcome outcome;
	char *message; /* what was expected and what was met; NULL when passed */
	uint64_t duration_ns;
};

/* One run of the client, judged. */
struct backup_result {
	char *name; /* the backup: b1 */
	char *of;   /* the snapshot: s1 */
	enum verdict verdict;
	int exit_status; /* of the client; 128 + N when signal N ended it */
	char *reason;	 /* why this verdict, one line; may be NULL */
	uint64_t duration_ns;
	struct measures measures;
	struct differences *differences; /* of what was restored; NULL: none, or not known */
};

/* A log of a scenario that did not pass: what a client printed, the kernel's. */
struct evidence {
	char *name;  /* of the file: "b1.backup.log" */
	char *text;  /* its last lines, of any bytes */
	bool is_cut; /* there was more before them */
};

struct scenario_result {
	char *name;
	char *path;  /* of the scenario's file */
	char *about; /* what it is for, in its own words; or NULL */
	char *profile;
	char *client;
	uint64_t seed;
	enum outcome outcome;
	char *message; /* the first thing that went wrong, or why skipped; or NULL */
	uint64_t duration_ns;
	struct step_result *steps;
	size_t step_count;
	struct backup_result *backups;
	size_t backup_count;
	uint64_t fault_strikes; /* of rules, up to the end of the latest backup ... */
	uint64_t fault_matches; /* ... and how many there could have been, but for their counts */
	char **leaks;		/* what the client left behind, one line each */
	size_t leak_count;
	char *replay; /* the command line that repeats this run; or NULL */
	struct evidence *evidence;
	size_t evidence_count;
	char *artifacts; /* the folder in which all its logs are kept; or NULL */
	unsigned runs;	 /* of it, up to this one, which is the last */
	char *flaky;	 /* it passed, and an earlier run did not: why, "failed: …"; or NULL */
	struct timeline *timeline; /* NULL: nobody asked for it */
	char *client_version;	   /* NULL: nobody asked, or nobody knows */
	char *record;		   /* the file it is written down in (report/record.h); or NULL */
	char *replay_words;	   /* what whoever repeats a record of it types, too; or NULL */
	size_t environment;	   /* its place in the results' list, which may be empty */
};

struct results {
	struct scenario_result *scenarios;
	size_t scenario_count;
	size_t planned_count; /* how many there will be at the end; 0: what is there is all */
	struct environments environments;
};

void scenario_result_deinit(struct scenario_result *result);

void results_init(struct results *results);
void results_deinit(struct results *results);

/*
 * Adds the result of SCENARIO (name, path, about, profile, client and seed are
 * copied): OUTCOME_PASSED until result_set_outcome() says otherwise.  The
 * pointer holds until the next results_add().
 */
struct scenario_result *results_add(struct results *results, const struct scenario *scenario);

/*
 * Raises the outcome of the scenario to OUTCOME, never lowers it.  MESSAGE
 * (may be NULL) is kept when it is the first or comes with a heavier outcome.
 */
void result_raise(struct scenario_result *result, enum outcome outcome, const char *message);

/*
 * Records a step of PHASE that is over.  MESSAGE may be NULL.  Raises the
 * scenario's outcome to the step's.
 */
void result_add_step(struct scenario_result *result, const struct phase *phase,
	const struct step *step, enum outcome outcome, const char *message, uint64_t duration_ns);

/* Records a judged run of the client.  REASON may be NULL. */
void result_add_backup(struct scenario_result *result, const char *name, const char *of,
	enum verdict verdict, int exit_status, const char *reason, uint64_t duration_ns);

/* What the client of the backup added last did. */
void result_measure_backup(struct scenario_result *result, const struct measures *measures);

/* Where what was restored of it is wrong; DIFFERENCES, which may be NULL, are the result's then. */
void result_set_differences(struct scenario_result *result, struct differences *differences);

/* Another verdict and reason for the backup added last: an expectation knew more. */
void result_rejudge_backup(
	struct scenario_result *result, enum verdict verdict, const char *reason);

/* Records one thing that the client left behind. */
void result_add_leak(struct scenario_result *result, const char *what);

/* Records the last lines of the log NAME. */
void result_add_evidence(
	struct scenario_result *result, const char *name, const char *text, bool is_cut);

/*
 * Takes the result added last off RESULTS, which is the caller's then, for
 * result_succeed_to() to take over: RESULT is of a later run of the same scenario.  When it
 * passed it is flaky, and has the evidence of the EARLIER one.
 */
struct scenario_result results_take_latest(struct results *results);
void result_succeed_to(struct scenario_result *result, struct scenario_result *earlier);

/* All its logs are kept in FOLDER. */
void result_set_artifacts(struct scenario_result *result, const char *folder);

/* Does it tell of something wrong, neither passed nor skipped? */
bool outcome_is_bad(enum outcome outcome);

/* Sets the command line that repeats this run. */
void result_set_replay(struct scenario_result *result, const char *replay);

/* How many scenarios have no result yet. */
size_t results_missing(const struct results *results);

/* "passed", "timed-out", …; never NULL. */
const char *outcome_name(enum outcome outcome);

/* The exit code (docs/architecture.md 11) for one outcome. */
int outcome_exit_code(enum outcome outcome);

/*
 * Of the whole run: that of the heaviest outcome.  Skipped scenarios beside
 * passed ones do not count; only a run in which all were skipped is skipped.
 */
int results_exit_code(const struct results *results);

#endif
