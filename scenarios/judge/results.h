/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results.h - the results of running scenarios; the runner fills them in, reports read them.
 *
 * A plain tree.  The results_add_*() and result_*() functions copy every string they are given;
 * results_deinit() frees everything.  Running out of memory ends the program (results_add_* never
 * fail): a run that cannot be recorded has no result.
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

/* In order of severity: a whole run is as bad as its worst outcome. */
enum outcome {
	OUTCOME_PASSED,	      /* all expectations met */
	OUTCOME_SKIPPED,      /* a privilege or a tool is missing, named in `message` */
	OUTCOME_INCONCLUSIVE, /* the fault never struck, or the oracle cannot tell */
	OUTCOME_FAILED,	      /* a finding: an expectation was not met */
	OUTCOME_TIMED_OUT,    /* the scenario exceeded its time limit */
	OUTCOME_ERROR,	      /* the rig or the machine failed */
};

/* A step that was begun; steps after the end of a run are absent. */
struct step_result {
	char *phase;	    /* name of its phase */
	char *title;	    /* the step for people: "backup 'b1' of 's1'" */
	struct place place; /* in the scenario's file */
	enum outcome outcome;
	char *message; /* what was expected and what was found; NULL if passed */
	uint64_t duration_ns;
};

/* One run of the client, with its verdict. */
struct backup_result {
	char *name; /* the backup: b1 */
	char *of;   /* the snapshot: s1 */
	enum verdict verdict;
	int exit_status; /* of the client; 128 + N if signal N ended it */
	char *reason;	 /* the reason of the verdict, one line; may be NULL */
	uint64_t duration_ns;
	struct measures measures;
	struct differences *differences; /* of what was restored; NULL: none, or unknown */
};

/* A log of a scenario that did not pass: the output of a client, or the kernel log. */
struct evidence {
	char *name;  /* of the file: "b1.backup.log" */
	char *text;  /* its last lines, with any bytes */
	bool is_cut; /* it has lines before these */
};

struct scenario_result {
	char *name;
	char *path;  /* of the scenario's file */
	char *about; /* its purpose, from its file; or NULL */
	char *profile;
	char *client;
	uint64_t seed;
	enum outcome outcome;
	char *message; /* the first thing that went wrong, or why it was skipped; or NULL */
	uint64_t duration_ns;
	struct step_result *steps;
	size_t step_count;
	struct backup_result *backups;
	size_t backup_count;
	uint64_t fault_strikes; /* of rules, until the end of the latest backup */
	uint64_t fault_matches; /* strikes that were possible without the rules' counts */
	char **leaks;		/* what the client left behind, one line each */
	size_t leak_count;
	char *replay; /* the command that repeats this run; or NULL */
	struct evidence *evidence;
	size_t evidence_count;
	char *artifacts; /* the folder with all its logs; or NULL */
	unsigned runs;	 /* of this scenario so far; this one is the last */
	char *flaky;	 /* it passed, but an earlier run did not: why, "failed: …"; or NULL */
	struct timeline *timeline; /* NULL: not requested */
	char *client_version;	   /* NULL: not requested, or unknown */
	char *record;		   /* the file of its record (report/record.h); or NULL */
	char *replay_words;	   /* further arguments for repeating the record; or NULL */
	size_t environment;	   /* index in the results' list, which may be empty */
};

struct results {
	struct scenario_result *scenarios;
	size_t scenario_count;
	size_t planned_count; /* the number of scenarios at the end of the run; 0: scenario_count */
	struct environments environments;
};

void scenario_result_deinit(struct scenario_result *result);

void results_init(struct results *results);
void results_deinit(struct results *results);

/*
 * Adds the result of SCENARIO (copies name, path, about, profile, client and seed), with
 * OUTCOME_PASSED until result_raise() changes it.  The pointer is valid until the next
 * results_add().
 */
struct scenario_result *results_add(struct results *results, const struct scenario *scenario);

/*
 * Raises the outcome of the scenario to OUTCOME; never lowers it.  Keeps MESSAGE (may be NULL) if
 * it is the first, or comes with a worse outcome.
 */
void result_raise(struct scenario_result *result, enum outcome outcome, const char *message);

/*
 * Records a finished step of PHASE.  MESSAGE may be NULL.  Raises the scenario's outcome to the
 * step's.
 */
void result_add_step(struct scenario_result *result, const struct phase *phase,
	const struct step *step, enum outcome outcome, const char *message, uint64_t duration_ns);

/* Records a run of the client with its verdict.  REASON may be NULL. */
void result_add_backup(struct scenario_result *result, const char *name, const char *of,
	enum verdict verdict, int exit_status, const char *reason, uint64_t duration_ns);

/* Sets what the client did in the backup added last. */
void result_measure_backup(struct scenario_result *result, const struct measures *measures);

/* Sets where the content restored from it is wrong; takes over DIFFERENCES, which may be NULL. */
void result_set_differences(struct scenario_result *result, struct differences *differences);

/* Changes the verdict and reason of the backup added last, because an expectation knew more. */
void result_rejudge_backup(
	struct scenario_result *result, enum verdict verdict, const char *reason);

/* Records something that the client left behind. */
void result_add_leak(struct scenario_result *result, const char *what);

/* Records the last lines of the log NAME. */
void result_add_evidence(
	struct scenario_result *result, const char *name, const char *text, bool is_cut);

/*
 * results_take_latest() removes the result added last from RESULTS; the caller owns it.
 * result_succeed_to() takes it over as the EARLIER run of the same scenario: if RESULT passed, it
 * is flaky, and gets the EARLIER one's evidence.
 */
struct scenario_result results_take_latest(struct results *results);
void result_succeed_to(struct scenario_result *result, struct scenario_result *earlier);

/* Records that all its logs are in FOLDER. */
void result_set_artifacts(struct scenario_result *result, const char *folder);

/* Returns whether the outcome is neither passed nor skipped. */
bool outcome_is_bad(enum outcome outcome);

/* Sets the command that repeats this run. */
void result_set_replay(struct scenario_result *result, const char *replay);

/* Returns how many scenarios have no result yet. */
size_t results_missing(const struct results *results);

/* "passed", "timed-out", …; never NULL. */
const char *outcome_name(enum outcome outcome);

/* The exit code (docs/architecture.md 11) for one outcome. */
int outcome_exit_code(enum outcome outcome);

/*
 * Returns the exit code of the whole run: that of the worst outcome.  Skipped scenarios do not
 * count if others passed; a run is skipped only if all were.
 */
int results_exit_code(const struct results *results);

#endif
