/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner_internal.h - a scenario in progress, shared by the runner's files.
 *
 * Owned by the main thread.  The threads of armed steps and of watches read what
 * does not change any more (scenario, client and paths) and use the ledger, which
 * has a lock.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_RUNNER_INTERNAL_H
#define SNAPRIG_SCENARIOS_RUN_RUNNER_INTERNAL_H

#include <dirent.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "scenarios/clients/clients.h"
#include "scenarios/judge/ledger.h"
#include "scenarios/judge/manifest.h"
#include "scenarios/judge/oracle.h"
#include "scenarios/judge/results.h"
#include "scenarios/run/reason.h"
#include "scenarios/run/rig.h"
#include "scenarios/run/runner.h"
#include "scenarios/run/write_times.h"

/* What the oracle knows of one snapshot. */
struct snapshot_point {
	const char *name;
	struct digest *content;
	struct block_set *used; /* NULL: every block counts */
	struct block_set *data; /* the blocks of the volume that are no holes; or NULL */
	char *image;		/* a copy for tree_of_point(), until it was asked; or NULL */
	struct manifest *tree;	/* NULL: it was not asked yet */
	bool is_deleted;
	bool never_came; /* its taking failed, and it has no content */
	bool is_clone;	 /* of a point before it, ORIGINAL, whose content it has */
	size_t original;
};

/* Of the client that runs (measure.h); at its beginning: */
struct measuring {
	bool is_on;
	struct measures reads;
	size_t point_count;
};

void point_deinit(struct snapshot_point *point);

struct armed_batch;
struct xapi_pool;
struct underway;

struct run {
	const struct scenario *scenario;
	const struct client *client;
	const struct run_options *options;
	struct scenario_result *result;

	char *work; /* the folder of all that follows */
	char *image;
	char *mount_point;
	char *live;
	char *shadow;  /* of a chain: a plain file with what the live view holds; else NULL */
	char *store;   /* of the rig's state, on a disk of its own; NULL: beside the image */
	char *repo;    /* a folder of all backups */
	char *program; /* ours */

	struct rig *rig;
	struct xapi_pool *pool;	 /* that serves it; NULL: none */
	struct sampler *sampler; /* for the result's timeline; NULL: there is none */
	uint64_t begin_ns;
	bool has_target;		  /* its room is limited */
	bool lvm_is_other;		  /* by lines of the scenario, since the latest backup */
	unsigned lvm_lines_beside;	  /* lines that were run beside backups */
	bool may_crash;			  /* a rule was to end the rig */
	unsigned rigs_gone, rigs_crashed; /* before this one; and so by a rule */
	struct ledger *ledger;
	struct snapshot_point *points;
	size_t point_count;
	struct run_backup *backups;
	size_t backup_count;
	struct digest *restored;	/* by the latest restore; NULL: it gave nothing whole */
	struct manifest *restored_tree; /* so, of a client that compares trees */
	struct armed_batch *armed;	/* for the next backup, the latest first */
	struct underway *underway;	/* backups in the background, so */
	char **kept_loops;		/* devices of ours that somebody keeps, who is no client */
	size_t kept_loop_count;
	struct write_times *times_before, *times_during; /* of steps; of armed ones */

	char *journal; /* of all rigs, with options->record_path, at the end; or NULL */

	bool has_faults;
	char **rules_added; /* with options->repeats: as they were to be added */
	size_t rule_count;
	json_int_t gone_strikes;   /* of rules that the rig does not know any more */
	json_int_t fault_strikes;  /* of all, up to the end of the latest backup */
	const struct phase *phase; /* NULL: none has begun */
	uint64_t phase_begin_ns;
	json_int_t journal_from; /* what journal_look() has not seen yet */
	bool is_over;		 /* no further step is begun */
};

/* Runs a step; anything but OUTCOME_PASSED comes with a REASON. */
typedef enum outcome step_runner(struct run *run, const struct step *step, struct reason *reason);

/* shadow.c: makes run->shadow of the image, which is the live view now: 0, or -errno with
 * REASON. */
int shadow_make(struct run *run, struct reason *reason);

/* The plain file in which the oracle finds what the live view holds. */
const char *truth_path(const struct run *run);

/* Digests what the live view holds, by what the rig has on disk: 0, or -errno with REASON. */
int live_digest(const struct run *run, struct reason *reason, struct digest **ret);

/* steps.c */
step_runner run_snapshot, run_clone, run_delete, run_write, run_gauge, run_release, run_wait;

/* disk.c: a file system of its own for the stores: 0, -EACCES without the privilege, or
 * another -errno, with REASON. */
int disk_make(struct run *run, struct reason *reason);
step_runner run_fill;

/* live_view.c */
step_runner run_discard, run_grow;

/* hooks.c: runs the line COMMAND (NULL: none) WHEN, "before" or "after", STEP takes its snapshot.
 */
enum outcome hook_run(struct run *run, const struct step *step, const char *when,
	const char *command, struct reason *reason);

/* coalesce.c */
step_runner run_coalesce;

/* requester.c: a snapshot whose requester dies. */
step_runner run_dying_requester;

/* An armed STEP, now; the gauge is set through CONTROL, and a write that lets_read ends when STOP
 * is set.  Any thread. */
enum outcome run_at_condition(const struct run *run, const struct step *step,
	struct control_client *control, const atomic_bool *stop, struct reason *reason);

/* runner.c: mounts the volume, whose rig is NULL: 0, or -errno with REASON. */
int volume_mount(struct run *run, struct reason *reason);

/* runner.c: a span of the timeline, if there is one; and its end. */
void span_begin(struct run *run, enum timeline_kind kind, const char *name);
void span_end(struct run *run, enum timeline_kind kind, const char *name);

/* How the volume was found after something of the client's was run. */
enum volume_end {
	VOLUME_SERVED,
	VOLUME_CRASHED, /* a rule has ended its rig */
	VOLUME_ENDED,	/* somebody has, or has unmounted it: nobody but the client */
};

/*
 * served.c: looks, and mounts it again when it is not served any more.  0 with how it was
 * found, and for VOLUME_ENDED with *RET_HOW, the caller's; or -errno with REASON, also when
 * the rig itself has failed.
 */
int volume_look(struct run *run, struct reason *reason, enum volume_end *ret, char **ret_how);

/* time_left.c: is the scenario's timeout over, with REASON; and how long may one run of the client
 * take within it? */
bool run_is_late(const struct run *run, struct reason *reason);
uint64_t run_time_limit_ns(const struct run *run);

/* Can what a step met be told of the volume?  Not when it was not served. */
bool volume_is_served(const struct run *run);

/*
 * Whoever has met the end of the rig in the background, or brought it about, is judged when he
 * is awaited; then the volume is mounted again.
 */
bool rig_ended_beside(const struct run *run);

/* served.c: what the rig knew of rules, gauges and writers of steps goes with it. */
step_runner run_remount, run_file_system;

/* writers.c */
step_runner run_writer_add, run_writer_kill, run_writer_remove, run_writers_notify;

/* target.c: the room that there is for what clients make. */
step_runner run_target;

/* Whether a client that ended with EXIT_STATUS has met the end of that room. */
bool target_struck(const struct run *run, int exit_status);

/* faults.c */
step_runner run_fault, run_fault_remove;

/* Tells the rig that PHASE begins, for rules that look at it: 0, or -errno with REASON. */
int phase_tell(struct run *run, const struct phase *phase, struct reason *reason);

/* How often rules have struck since the volume was mounted. */
json_int_t faults_strikes(struct run *run);

/* Whether a rule has fired since there were STRIKES_BEFORE. */
bool faults_struck(struct run *run, json_int_t strikes_before);

/* Raises the result when a rule never struck: then nothing was tested. */
void faults_check(struct run *run);

/* Lets go what of a killed client hangs in the volume; for process_order.killed. */
void faults_let_go(void *context);

/* journal.c: what the rig's journal tells of a while. */
struct journal_facts {
	bool has_failed;	    /* a writer, or a snapshot */
	bool retried_non_retryable; /* as in struct verdict_facts */
	bool has_place;		    /* a rule struck, first there: */
	uint64_t place_bytes;
};

/* The rig is about to go: its journal is what a record is made of. */
void journal_keep(struct run *run);

/* Calls EACH for every event from *FROM on, which is moved behind the last: 0, or -errno with
 * REASON. */
int journal_walk(struct run *run, json_int_t *from,
	void (*each)(void *context, const json_t *event), void *context, struct reason *reason);

/* From *FROM on, as journal_walk(). */
int journal_look(
	struct run *run, json_int_t *from, struct journal_facts *ret, struct reason *reason);

/* backup.c, restore.c */
step_runner run_backup_step, run_await, run_restore_step;

/* Ends those in the background that nobody has waited for; and: does one of them still run? */
void backups_stop(struct run *run);
bool backups_run(const struct run *run);

/* expect.c */
step_runner run_expect;

/* Raises the result for backups that went wrong and that no expectation spoke of. */
void judge_unjudged(struct run *run);

/*
 * Compares what was restored last, which there must be, with what the oracle knows of
 * POINT: 0 with whether it is the same and why, the caller's; or -errno with REASON.
 */
int restored_compare(struct run *run, struct snapshot_point *point, struct reason *reason,
	bool *ret_same, char **ret_text);

/* expect_measures.c, expect_journal.c: the wishes for what the rig tells; each passes when there
 * is none. */
typedef enum outcome wish_check(
	struct run *run, const struct expectation *wish, struct reason *reason);
wish_check check_gauge, check_counter, check_elapsed, check_journal;
bool relation_holds(enum relation relation, double met, double wished);
/* "5 at least", the caller's. */
char *relation_wish(enum relation relation, const char *value);

struct snapshot_point *point_find(struct run *run, const char *name);

/* The point that has the content of the snapshot NAME: its own, or what it is a clone of. */
struct snapshot_point *point_find_content(struct run *run, const char *name);

/* So, of the snapshot that BACKUP was made of, or that its client took; NULL: it took none. */
struct snapshot_point *point_of_backup(struct run *run, const struct run_backup *backup);

/* What the image holds now, while writes are held, into POINT: 0, or -errno with REASON.  Any
 * thread. */
int point_read(const struct run *run, struct snapshot_point *point, struct reason *reason);

/* The run's from now on. */
void point_add(struct run *run, const struct snapshot_point *point);

/* leaks.c: adds what was left behind, up to now, to the result's leaks. */
void leaks_look(struct run *run);
void leaks_look_at_backup(
	struct run *run, const struct run_backup *backup, const char *left_running);
void leak_add(struct run *run, const char *what);

/*
 * evidence.c: copies what can be read only while the volume is mounted to the logs, and, when
 * that is over, puts the logs of a run that did not pass where they outlive it.
 */
void evidence_look(const struct run *run);
void evidence_take(struct run *run);

/* left_behind.c: "b1.backup 32.0 MiB, b1.repo/ 7 files 1.2 MiB".  The caller's. */
#define LEFT_BEHIND_NOTHING "nothing"
char *left_behind_describe(const struct run *run, const struct run_backup *backup);

/* work.c: the folder of a run and what is in it. */
int work_create(struct run *run, struct reason *reason);
void work_remove(struct run *run);
/* For scandir(): is the entry of the run's folder none of ours? */
int work_is_stranger(const struct dirent *entry);
char *work_path(const struct run *run, const char *folder, const char *name);

#endif
