/* SPDX-License-Identifier: Apache-2.0 */
/*
 * removals.c - removing a file from snapshots/ deletes a snapshot.
 *
 * The kernel locks the folder while it waits for an UNLINK, so listing the folder blocks too.
 * Therefore an UNLINK that is not over soon is answered with ESTALE: the kernel releases its
 * locks and looks the whole path up again, once.  The caller then waits in that LOOKUP of
 * snapshots/, with no folder locked; the UNLINK that follows returns the result of the first.
 *
 *	UNLINK ─▶ UNLINKING ──(soon)──▶ over
 *	              │ ESTALE
 *	              ▼    LOOKUP of snapshots/             UNLINK
 *	           RETURNING ──────────▶ LOOKING ──(over)──▶ RETURNING ──▶ over
 *	              └── UNLINK (by a path that has no snapshots/ in it) ──▶ UNLINKING
 *
 *  (1) A returning caller is recognised by its thread, and still finds the name, so that the
 *      kernel sends the UNLINK.
 *  (2) A caller that is killed cancels a deletion that has not begun.  A caller that does not
 *      return was killed on the way, or did not come through the VFS.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/mount/session_internal.h"
#include "simfs/volume/snapshot.h"
#include "simfs/volume/snapshot_cancel.h"

/* A caller that has not returned after this many polls (session_look) will not. */
#define LOOKS_MAX 10

enum removal_state { REMOVAL_UNLINKING, REMOVAL_RETURNING, REMOVAL_LOOKING };

struct removal {
	struct session *session;
	struct snapshot_delete command;
	struct asker asker;
	fuse_req_t request; /* NULL while the caller returns, or has given up */
	enum removal_state state;
	bool is_second;	  /* its second UNLINK */
	bool is_over;	  /* with RESULT */
	bool is_forsaken; /* nobody waits for it any more */
	int result;
	pid_t thread;
	unsigned looks;
	struct fuse_entry_param entry;
	struct list link; /* session->removals */
	char name[];
};

static void removal_free(struct removal *removal)
{
	list_remove(&removal->link);
	free(removal);
}

void removals_free(struct session *session)
{
	while (!list_empty(&session->removals))
		removal_free(CONTAINER_OF(session->removals.next, struct removal, link));
}

/* Answers the waiting request with ERROR, or the result of REMOVAL. */
static void answer(struct removal *removal, int error)
{
	fuse_req_t request = TAKE_PTR(removal->request);

	asker_end(&removal->asker);
	fuse_reply_err(request, -error);
}

static void answer_lookup(struct removal *removal)
{
	fuse_req_t request = TAKE_PTR(removal->request);

	asker_end(&removal->asker);
	removal->state = REMOVAL_RETURNING;
	removal->looks = 0;
	tree_reply_place(request, PLACE_SNAPSHOTS);
}

static void deleted(struct snapshot_delete *command, int result)
{
	struct removal *removal = CONTAINER_OF(command, struct removal, command);

	removal->session->commands_under_way--;
	removal->is_over = true;
	removal->result = result;
	if (removal->request && removal->state == REMOVAL_LOOKING) {
		answer_lookup(removal);
		return;
	}
	if (removal->request) {
		answer(removal, result);
		removal_free(removal);
	} else if (removal->is_forsaken) {
		removal_free(removal);
	}
}

static void forsake(struct removal *removal)
{
	removal->is_forsaken = true;
	if (removal->is_over)
		removal_free(removal);
	else
		volume_snapshot_delete_cancel(&removal->command);
}

static void remover_killed(struct asker *asker)
{
	struct removal *removal = CONTAINER_OF(asker, struct removal, asker);

	answer(removal, -EINTR);
	forsake(removal);
}

static void wait_for(struct removal *removal, fuse_req_t request, enum removal_state state)
{
	removal->state = state;
	removal->request = request;
	removal->asker.killed = remover_killed;
	session_asks(removal->session, &removal->asker);
}

static struct removal *find_returning(struct session *session)
{
	pid_t thread = session_thread(session);

	list_for_each (at, &session->removals) {
		struct removal *removal = CONTAINER_OF(at, struct removal, link);

		if (removal->state == REMOVAL_RETURNING && !removal->is_forsaken &&
			removal->thread == thread)
			return removal;
	}
	return NULL;
}

bool removals_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct session *session = session_of(request);
	struct removal *removal = find_returning(session);

	if (!removal)
		return false;
	if (parent == PLACE_SNAPSHOTS && strcmp(name, removal->name) == 0) {
		if (fuse_reply_entry(request, &removal->entry) == 0)
			taking_looked_up(session, removal->entry.ino);
		return true;
	}
	if (parent != PLACE_ROOT || strcmp(name, NAME_SNAPSHOTS) != 0 || removal->is_over)
		return false;
	wait_for(removal, request, REMOVAL_LOOKING);
	return true;
}

/* Whether the UNLINK of NAME is a caller's second; if so, it is answered, now or later. */
static bool returns(fuse_req_t request, const char *name)
{
	struct removal *removal = find_returning(session_of(request));

	if (!removal || strcmp(name, removal->name) != 0)
		return false;
	removal->is_second = true;
	if (!removal->is_over) {
		wait_for(removal, request, REMOVAL_UNLINKING);
		return true;
	}
	fuse_reply_err(request, -removal->result);
	removal_free(removal);
	return true;
}

void removals_unlink(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct session *session = session_of(request);
	struct snapshot *snapshot;
	struct removal *removal;

	if (parent == PLACE_SNAPSHOTS && returns(request, name))
		return;
	snapshot = parent == PLACE_SNAPSHOTS ? volume_snapshot_find(session->volume, name) : NULL;
	if (!snapshot) {
		fuse_reply_err(request, parent == PLACE_SNAPSHOTS ? ENOENT : EPERM);
		return;
	}
	removal = calloc(1, sizeof *removal + strlen(name) + 1);
	if (!removal) {
		fuse_reply_err(request, ENOMEM);
		return;
	}
	removal->session = session;
	removal->thread = session_thread(session);
	removal->entry.ino = snapshots_inode(session, snapshot);
	snapshot_attributes(session, snapshot, &removal->entry.attr);
	memcpy(removal->name, name, strlen(name) + 1);
	list_append(&session->removals, &removal->link);
	wait_for(removal, request, REMOVAL_UNLINKING);
	removal->command.done = deleted;
	session->commands_under_way++;
	session_look(session);
	volume_snapshot_delete(session->volume, snapshot, &removal->command);
}

/* Polls one; returns whether it must be polled again. */
static bool look(struct removal *removal)
{
	if (removal->state == REMOVAL_UNLINKING && removal->request && !removal->is_second &&
		removal->thread != 0) {
		removal->state = REMOVAL_RETURNING;
		removal->looks = 0;
		answer(removal, -ESTALE);
		return true;
	}
	if (removal->state != REMOVAL_RETURNING || removal->is_forsaken)
		return false;
	if (++removal->looks < LOOKS_MAX && !thread_is_killed(removal->thread))
		return true;
	forsake(removal);
	return false;
}

bool removals_look(struct session *session)
{
	struct list *at = session->removals.next;
	bool again = false;

	while (at != &session->removals) {
		struct list *next = at->next;

		again |= look(CONTAINER_OF(at, struct removal, link));
		at = next;
	}
	return again;
}
