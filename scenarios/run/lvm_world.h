/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lvm_world.h - clients that are given LVM: they run in the world of `snaprig lvm`, in which the
 * volume is the logical volume `live` of the group `vg0`.
 *
 * A snapshot that such a client takes is called in the rig as device-mapper calls it, vg0-NAME.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_LVM_WORLD_H
#define SNAPRIG_SCENARIOS_RUN_LVM_WORLD_H

#include "scenarios/run/run_state.h"

#define LVM_GROUP  "vg0"
#define LVM_VOLUME "live"

/*
 * What the rig calls the LV of the snapshot NAME when CLIENT takes it, a star_pattern; CLIENT is
 * NULL: when its LV has that name.  The caller's.
 */
char *lvm_rig_name(const struct client *client, const char *name);

/* {cow}: the scenario's limit, or half of the volume; as lvcreate -L takes it.  The caller's. */
char *lvm_cow_size(const struct run *run);

/* The words that run the line COMMAND in a world of its own; up to a NULL. */
#define LVM_WORDS_MAX 9
void lvm_words(const struct run *run, const char *command, const char *words[LVM_WORDS_MAX]);

/* lvm: a line in the world of the client that runs, if there is one, else in one of its own. */
step_runner run_lvm;

/*
 * Whether a snapshot LV is there for NAME, as the rig calls it: what the rig has kept of one that
 * was removed while it was not active goes when its room is used again.  Asks LVM, which takes a
 * moment; when that cannot be asked, it is.
 */
bool lvm_has_snapshot(struct run *run, const char *name);

/* Whether LVM was made other for a client that ended with EXIT_STATUS, before it or beside it;
 * BESIDE_BEFORE is run->lvm_lines_beside when it began. */
bool lvm_struck(struct run *run, unsigned beside_before, int exit_status);

/* An armed one, in the world of the client that runs, which is held through CONTROL where it reads
 * until the line is over, or takes long.  Any thread. */
enum outcome run_lvm_now(const struct run *run, const struct step *step,
	struct control_client *control, struct reason *reason);

#endif
