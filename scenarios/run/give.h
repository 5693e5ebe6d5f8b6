/* SPDX-License-Identifier: Apache-2.0 */
/*
 * give.h - what the client gets of a snapshot: its file, a loop device, a mounted tree or an
 * NBD server; and the oracle's own look at the tree in a snapshot.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_GIVE_H
#define SNAPRIG_SCENARIOS_RUN_GIVE_H

#include "scenarios/base/process.h"
#include "scenarios/run/run_state.h"

/* Can this user on this machine give the client what it wants?  If not, REASON says why. */
bool give_is_possible(const struct client *client, struct reason *reason);

struct given {
	char *path; /* what {snapshot} is; NULL: it could not be given */
	char *device;
	pid_t file_system; /* the process that mounts it for who is not root; 0: none */
	char *mount_point;
	struct nbd_server *server;
};

/*
 * Gives the snapshot that BACKUP is of.  Returns as process_run().  When it could not
 * be given, as when the snapshot cannot be mounted, *RET_RESULT tells how that ended,
 * as of a client, and the log of the backup says why.
 */
int give_begin(struct run *run, const struct run_backup *backup, struct given *ret,
	struct process_result *ret_result);

/* Takes it away, whoever uses it. */
void give_end(struct run *run, struct given *given);

/* The tree in POINT, for a client that compares trees: 0, or -errno with REASON. */
int tree_of_point(struct run *run, struct snapshot_point *point, struct reason *reason);

#endif
