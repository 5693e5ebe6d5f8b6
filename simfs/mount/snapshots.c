/* SPDX-License-Identifier: Apache-2.0 */
/* snapshots.c - `touch` takes a snapshot, `rm` deletes it. */
#include <errno.h>
#include <linux/fuse.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/mount/session_internal.h"

struct taking {
	struct snapshot_create create;
	fuse_req_t request;
	struct fuse_file_info file;
	char *name;
};

struct deleting {
	struct snapshot_delete command;
	fuse_req_t request;
};

static void taken(struct snapshot_create *create, int result)
{
	struct taking *taking = CONTAINER_OF(create, struct taking, create);
	struct session *session = session_of(taking->request);
	struct fuse_entry_param entry;

	session->commands_under_way--;
	if (result < 0) {
		fuse_reply_err(taking->request, -result);
	} else {
		tree_entry_snapshot(session, create->snapshot, &entry);
		snapshot_opened(create->snapshot);
		taking->file.fh = (uintptr_t)create->snapshot;
		taking->file.direct_io = 1;
		/* Whoever asked was interrupted: nobody will close it. */
		int error = fuse_reply_create(taking->request, &entry, &taking->file);

		if (error == -ENOENT)
			snapshot_closed(create->snapshot);
		else if (error == 0)
			session_opened(session);
	}
	free(taking->name);
	free(taking);
}

void snapshots_create(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode,
	struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	struct taking *taking;

	(void)mode;
	if (parent != NODE_SNAPSHOTS) {
		fuse_reply_err(request, EPERM);
		return;
	}
	taking = calloc(1, sizeof *taking);
	if (!taking || !(taking->name = strdup(name))) {
		free(taking);
		fuse_reply_err(request, ENOMEM);
		return;
	}
	taking->request = request;
	taking->file = *file;
	taking->create.name = taking->name;
	taking->create.done = taken;
	taking->create.with_writers = true;
	session->commands_under_way++;
	volume_snapshot_create(session->volume, &taking->create);
}

static void deleted(struct snapshot_delete *command, int result)
{
	struct deleting *deleting = CONTAINER_OF(command, struct deleting, command);

	session_of(deleting->request)->commands_under_way--;
	fuse_reply_err(deleting->request, -result);
	free(deleting);
}

void snapshots_unlink(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct session *session = session_of(request);
	struct snapshot *snapshot = parent == NODE_SNAPSHOTS
					    ? volume_snapshot_find(session->volume, name)
					    : NULL;

	if (!snapshot) {
		fuse_reply_err(request, parent == NODE_SNAPSHOTS ? ENOENT : EPERM);
		return;
	}

	struct deleting *deleting = calloc(1, sizeof *deleting);

	if (!deleting) {
		fuse_reply_err(request, ENOMEM);
		return;
	}
	deleting->request = request;
	deleting->command.done = deleted;
	session->commands_under_way++;
	volume_snapshot_delete(session->volume, snapshot, &deleting->command);
}
