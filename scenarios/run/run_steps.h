/* SPDX-License-Identifier: Apache-2.0 */
/* run_steps.h - a function for each kind of step of a scenario; internal to the runner. */
#ifndef SNAPRIG_SCENARIOS_RUN_RUN_STEPS_H
#define SNAPRIG_SCENARIOS_RUN_RUN_STEPS_H

#include <stdatomic.h>

#include "scenarios/run/run_state.h"

/* steps.c */
step_runner run_snapshot, run_clone, run_delete, run_write, run_gauge, run_release, run_wait;

/* disk.c: makes a separate file system for the stores.  Returns 0; -EACCES without the privilege;
 * or another -errno, with REASON. */
int disk_make(struct run *run, struct reason *reason);
step_runner run_fill;

/* live_view.c */
step_runner run_discard, run_grow;

/* hooks.c: runs COMMAND (NULL: none) WHEN ("before" or "after") STEP takes its snapshot. */
enum outcome hook_run(struct run *run, const struct step *step, const char *when,
	const char *command, struct reason *reason);

/* coalesce.c */
step_runner run_coalesce;

/* requester.c: a snapshot whose requester dies. */
step_runner run_dying_requester;

/* Runs an armed STEP now; a gauge is set through CONTROL, and a write that lets_read ends when
 * STOP is set.  Any thread. */
enum outcome run_at_condition(const struct run *run, const struct step *step,
	struct control_client *control, const atomic_bool *stop, struct reason *reason);

/* served.c: the rig forgets rules, gauges and writers that steps have added. */
step_runner run_remount, run_file_system;

/* writers.c */
step_runner run_writer_add, run_writer_kill, run_writer_remove, run_writers_notify;

/* target.c: the room for backups. */
step_runner run_target;

/* faults.c */
step_runner run_fault, run_fault_remove;

/* backup.c, restore.c */
step_runner run_backup_step, run_await, run_restore_step;

/* expect.c */
step_runner run_expect;

/* Raises the result for backups that went wrong and that no expectation was about. */
void judge_unjudged(struct run *run);

/* expect_measures.c, expect_journal.c: check what is expected of the rig's reports; each passes if
 * nothing is expected. */
typedef enum outcome wish_check(
	struct run *run, const struct expectation *wish, struct reason *reason);
wish_check check_gauge, check_counter, check_elapsed, check_journal;
bool relation_holds(enum relation relation, double met, double wished);
/* Returns "5 at least".  The caller frees it. */
char *relation_wish(enum relation relation, const char *value);

#endif
