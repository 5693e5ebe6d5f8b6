/* SPDX-License-Identifier: Apache-2.0 */
/* run_left.h - what a run leaves: its folder, its evidence, and what clients left in it. */
#ifndef SNAPRIG_SCENARIOS_RUN_RUN_LEFT_H
#define SNAPRIG_SCENARIOS_RUN_RUN_LEFT_H

#include <dirent.h>

#include "scenarios/run/run_state.h"

/* leaks.c: call it before a client runs that may leave a snapshot for its next run. */
void leaks_expect(struct run *run);

/* Add what was left behind so far to the result's leaks. */
void leaks_look(struct run *run);
void leaks_look_at_backup(
	struct run *run, const struct run_backup *backup, const char *left_running);
void leak_add(struct run *run, const char *what);

/*
 * evidence.c: evidence_look() copies what can be read only while the volume is mounted to the
 * logs; evidence_take(), after that, puts the logs of a run that did not pass where they are kept.
 */
void evidence_look(const struct run *run);
void evidence_take(struct run *run);

/* left_behind.c: returns "b1.backup 32.0 MiB, b1.repo/ 7 files 1.2 MiB".  The caller frees it. */
#define LEFT_BEHIND_NOTHING "nothing"
char *left_behind_describe(const struct run *run, const struct run_backup *backup);

/* work.c: the folder of a run and its contents. */
int work_create(struct run *run, struct reason *reason);
void work_remove(struct run *run);
/* For scandir(): returns whether the entry of the run's folder was not made by us. */
int work_is_stranger(const struct dirent *entry);
char *work_path(const struct run *run, const char *folder, const char *name);

#endif
