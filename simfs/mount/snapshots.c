/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshots.c - creating a file in snapshots/ takes a snapshot.
 *
 * The kernel locks a folder while a name in it is created, and listing it then blocks.  A
 * snapshot may take minutes: its writers have to freeze, or a fault may delay it.  So CREATE,
 * which creates and opens, is not supported at all (ENOSYS: the kernel then does without it).
 * MKNOD is answered at once and only reserves a number for the snapshot.  The OPEN that follows,
 * during which no folder is locked, takes the snapshot, waits for it, and returns its result:
 *
 *	        MKNOD             OPEN               taken
 *	(none) ─────▶ NAMED ───────────▶ MAKING ──────────────▶ MADE
 *	                                    └── failed ──▶ OVER
 *
 *  (1) Until the snapshot exists, its name is not found, and creating a file of that name while
 *      it is MAKING fails with EEXIST.
 *  (2) One that is MADE stands for its snapshot, by the number that the kernel was given, for as
 *      long as the kernel knows that number.
 *  (3) A waiting caller that is killed cancels the snapshot, unless it exists.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/mount/session_internal.h"
#include "simfs/volume/snapshot.h"
#include "simfs/volume/snapshot_cancel.h"

enum taking_state { TAKING_NAMED, TAKING_MAKING, TAKING_MADE, TAKING_OVER };

struct taking {
	struct session *session;
	struct snapshot_create create;
	struct asker asker;
	fuse_req_t request; /* the open that waits; NULL: none */
	enum taking_state state;
	fuse_ino_t inode;
	uint64_t lookups;     /* how often the kernel was told about it */
	uint64_t snapshot_id; /* once it is MADE */
	bool is_fresh;	      /* its creator has not closed it */
	struct list link;     /* session->takings */
	char name[];
};

static struct taking *taking_find(struct session *session, fuse_ino_t inode)
{
	if (inode < PLACE_TAKING_FIRST)
		return NULL;
	list_for_each (at, &session->takings) {
		struct taking *taking = CONTAINER_OF(at, struct taking, link);

		if (taking->inode == inode)
			return taking;
	}
	return NULL;
}

static void taking_free(struct taking *taking)
{
	list_remove(&taking->link);
	free(taking);
}

static void taking_maybe_free(struct taking *taking)
{
	if (taking->lookups == 0 && taking->state != TAKING_MAKING)
		taking_free(taking);
}

struct snapshot *taking_snapshot(struct session *session, fuse_ino_t inode)
{
	const struct taking *taking = taking_find(session, inode);

	return taking && taking->state == TAKING_MADE
		       ? volume_snapshot_by_id(session->volume, taking->snapshot_id)
		       : NULL;
}

bool taking_is_pending(struct session *session, fuse_ino_t inode)
{
	const struct taking *taking = taking_find(session, inode);

	return taking && (taking->state == TAKING_NAMED || taking->state == TAKING_MAKING);
}

bool taking_is_fresh(struct session *session, fuse_ino_t inode)
{
	const struct taking *taking = taking_find(session, inode);

	return taking && taking->is_fresh;
}

void taking_looked_up(struct session *session, fuse_ino_t inode)
{
	struct taking *taking = taking_find(session, inode);

	if (taking)
		taking->lookups++;
}

void taking_released(struct session *session, fuse_ino_t inode, const struct fuse_file_info *file)
{
	struct taking *taking = taking_find(session, inode);

	if (taking && (file->flags & O_ACCMODE) != O_RDONLY)
		taking->is_fresh = false;
}

fuse_ino_t snapshots_inode(struct session *session, const struct snapshot *snapshot)
{
	list_for_each (at, &session->takings) {
		const struct taking *taking = CONTAINER_OF(at, struct taking, link);

		if (taking->state == TAKING_MADE && taking->snapshot_id == snapshot_id(snapshot))
			return taking->inode;
	}
	return PLACE_SNAPSHOT_FIRST + snapshot_id(snapshot);
}

void snapshots_forget(fuse_req_t request, fuse_ino_t inode, uint64_t lookups)
{
	struct taking *taking = taking_find(session_of(request), inode);

	if (taking) {
		taking->lookups -= lookups < taking->lookups ? lookups : taking->lookups;
		taking_maybe_free(taking);
	}
	fuse_reply_none(request);
}

void snapshots_forget_many(fuse_req_t request, size_t count, struct fuse_forget_data *forgets)
{
	struct session *session = session_of(request);

	for (size_t i = 0; i < count; i++) {
		struct taking *taking = taking_find(session, forgets[i].ino);

		if (!taking)
			continue;
		taking->lookups -= forgets[i].nlookup < taking->lookups ? forgets[i].nlookup
									: taking->lookups;
		taking_maybe_free(taking);
	}
	fuse_reply_none(request);
}

void takings_free(struct session *session)
{
	while (!list_empty(&session->takings))
		taking_free(CONTAINER_OF(session->takings.next, struct taking, link));
}

/* ---- taking a snapshot ---- */

static bool name_is_taken(struct session *session, const char *name)
{
	list_for_each (at, &session->takings) {
		const struct taking *taking = CONTAINER_OF(at, struct taking, link);

		if (taking->state == TAKING_MAKING && strcmp(taking->name, name) == 0)
			return true;
	}
	return volume_snapshot_find(session->volume, name) != NULL;
}

void snapshots_mknod(
	fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode, dev_t device)
{
	struct session *session = session_of(request);
	struct fuse_entry_param entry = { 0 };
	struct taking *taking;

	(void)device;
	if (parent != PLACE_SNAPSHOTS || !S_ISREG(mode)) {
		fuse_reply_err(request, EPERM);
		return;
	}
	if (name_is_taken(session, name)) {
		fuse_reply_err(request, EEXIST);
		return;
	}
	taking = calloc(1, sizeof *taking + strlen(name) + 1);
	if (!taking) {
		fuse_reply_err(request, ENOMEM);
		return;
	}
	taking->session = session;
	taking->inode = PLACE_TAKING_FIRST + session->taking_count++;
	taking->lookups = 1;
	memcpy(taking->name, name, strlen(name) + 1);
	list_append(&session->takings, &taking->link);
	entry.ino = taking->inode;
	taking_attributes(session, taking->inode, &entry.attr);
	/* The caller was killed, and the kernel does not know the number. */
	if (fuse_reply_entry(request, &entry) != 0)
		taking_free(taking);
}

static void taken(struct snapshot_create *create, int result)
{
	struct taking *taking = CONTAINER_OF(create, struct taking, create);
	struct session *session = taking->session;
	fuse_req_t request = taking->request;

	session->commands_under_way--;
	taking->request = NULL;
	taking->state = result < 0 ? TAKING_OVER : TAKING_MADE;
	if (request)
		asker_end(&taking->asker);
	if (result == 0)
		taking->snapshot_id = snapshot_id(create->snapshot);
	/* The caller only sees the errno. */
	if (result < 0 && create->refusal)
		log_error("cannot take a snapshot: %s", create->refusal);
	if (request && result < 0) {
		fuse_reply_err(request, -result);
	} else if (request) {
		snapshot_opened(create->snapshot);
		taking->is_fresh = true;
		/* The caller was interrupted, so nobody will close it. */
		if (reply_open(request, (uintptr_t)create->snapshot,
			    FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES) == -ENOENT) {
			taking->is_fresh = false;
			snapshot_closed(create->snapshot);
		}
	}
	taking_maybe_free(taking);
}

/* What cannot be cancelled at once (disk I/O, a writer that thaws) completes without the caller. */
static void taker_killed(struct asker *asker)
{
	struct taking *taking = CONTAINER_OF(asker, struct taking, asker);
	fuse_req_t request = TAKE_PTR(taking->request);

	asker_end(asker);
	fuse_reply_err(request, EINTR);
	volume_snapshot_cancel(&taking->create);
}

void snapshots_take(fuse_req_t request, fuse_ino_t inode, const struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	struct taking *taking = taking_find(session, inode);

	(void)file;
	if (!taking || taking->state != TAKING_NAMED) {
		fuse_reply_err(request, taking && taking->state == TAKING_MAKING ? EEXIST : ENOENT);
		return;
	}
	taking->state = TAKING_MAKING;
	taking->request = request;
	taking->create.name = taking->name;
	taking->create.done = taken;
	taking->create.with_writers = true;
	taking->asker.killed = taker_killed;
	session_asks(session, &taking->asker);
	session->commands_under_way++;
	volume_snapshot_create(session->volume, &taking->create);
}
