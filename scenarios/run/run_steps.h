/* SPDX-License-Identifier: Apache-2.0 */
/* run_steps.h - what a step of a scenario does, a function each; of the runner. */
#ifndef SNAPRIG_SCENARIOS_RUN_RUN_STEPS_H
#define SNAPRIG_SCENARIOS_RUN_RUN_STEPS_H

#include <stdatomic.h>

#include "scenarios/run/run_state.h"

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

/* served.c: what the rig knew of rules, gauges and writers of steps goes with it. */
step_runner run_remount, run_file_system;

/* writers.c */
step_runner run_writer_add, run_writer_kill, run_writer_remove, run_writers_notify;

/* target.c: the room that there is for what clients make. */
step_runner run_target;

/* faults.c */
step_runner run_fault, run_fault_remove;

/* backup.c, restore.c */
step_runner run_backup_step, run_await, run_restore_step;

/* expect.c */
step_runner run_expect;

/* Raises the result for backups that went wrong and that no expectation spoke of. */
void judge_unjudged(struct run *run);

/* expect_measures.c, expect_journal.c: the wishes for what the rig tells; each passes when there
 * is none. */
typedef enum outcome wish_check(
	struct run *run, const struct expectation *wish, struct reason *reason);
wish_check check_gauge, check_counter, check_elapsed, check_journal;
bool relation_holds(enum relation relation, double met, double wished);
/* "5 at least", the caller's. */
char *relation_wish(enum relation relation, const char *value);

#endif
