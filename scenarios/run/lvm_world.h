/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lvm_world.h - clients that are given LVM: they run in the world of `snaprig lvm`, where the
 * volume is the logical volume `live` of the group `vg0`.
 *
 * In the rig, a snapshot that such a client takes has its device-mapper name, vg0-NAME.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_LVM_WORLD_H
#define SNAPRIG_SCENARIOS_RUN_LVM_WORLD_H

#include "scenarios/run/run_state.h"

#define LVM_GROUP  "vg0"
#define LVM_VOLUME "live"

/*
 * Returns the rig's name for the LV of the snapshot NAME when CLIENT takes it, a star_pattern; if
 * CLIENT is NULL, for an LV with that name.  The caller frees it.
 */
char *lvm_rig_name(const struct client *client, const char *name);

/* Returns the value of {cow}: the scenario's limit, or half of the volume, as lvcreate -L takes
 * it. The caller frees it. */
char *lvm_cow_size(const struct run *run);

/* The words that run COMMAND in a new world, up to a NULL. */
#define LVM_WORDS_MAX 9
void lvm_words(const struct run *run, const char *command, const char *words[LVM_WORDS_MAX]);

/* lvm: runs a command in the world of the running client if there is one, else in a new one. */
step_runner run_lvm;

/*
 * Returns whether a snapshot LV exists for NAME, the rig's name: if one was removed while
 * inactive, the rig keeps its data until the space is reused.  Asks LVM, which takes a moment;
 * returns true if that fails.
 */
bool lvm_has_snapshot(struct run *run, const char *name);

/* Returns whether LVM was changed for a client that ended with EXIT_STATUS, before or during its
 * run; BESIDE_BEFORE is run->lvm_lines_beside from when it began. */
bool lvm_struck(struct run *run, unsigned beside_before, int exit_status);

/* Runs an armed step in the world of the running client, whose reads are held through CONTROL
 * until the command ends or takes long.  Any thread. */
enum outcome run_lvm_now(const struct run *run, const struct step *step,
	struct control_client *control, struct reason *reason);

#endif
