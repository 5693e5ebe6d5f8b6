/* SPDX-License-Identifier: Apache-2.0 */
/*
 * give.h - the form in which the client gets a snapshot: its file, a loop device, a mounted tree
 * or an NBD server; and the oracle's own reading of the tree in a snapshot.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_GIVE_H
#define SNAPRIG_SCENARIOS_RUN_GIVE_H

#include "scenarios/base/process.h"
#include "scenarios/run/run_state.h"

/* Returns whether this user on this machine can give the client what it wants.  If not, REASON
 * says why. */
bool give_is_possible(const struct client *client, struct reason *reason);

struct given {
	char *path; /* the value of {snapshot}; NULL: it could not be given */
	char *device;
	pid_t file_system; /* the process that mounts it for a user who is not root; 0: none */
	char *mount_point;
	struct nbd_server *server;
};

/*
 * Gives the snapshot of BACKUP.  Returns the same as process_run().  If it could not be given, for
 * example because it cannot be mounted, *RET_RESULT says how that ended, like a client's, and the
 * log of the backup says why.
 */
int give_begin(struct run *run, const struct run_backup *backup, struct given *ret,
	struct process_result *ret_result);

/* Takes it away, even if it is in use. */
void give_end(struct run *run, struct given *given);

/* Reads the tree in POINT, for a client that compares trees.  Returns 0, or -errno with REASON. */
int tree_of_point(struct run *run, struct snapshot_point *point, struct reason *reason);

#endif
