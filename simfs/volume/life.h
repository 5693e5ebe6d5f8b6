/* SPDX-License-Identifier: Apache-2.0 */
/* life.h - a snapshot comes, fails and goes. */
#ifndef SNAPRIG_VOLUME_LIFE_H
#define SNAPRIG_VOLUME_LIFE_H

#include "simfs/profile/profile.h"
#include "simfs/volume/request.h"
#include "simfs/volume/snapshot.h"

struct snapshot *snapshot_new(struct volume *volume, const char *name, struct store *store);
void snapshot_free(struct snapshot *snapshot);

/*
 * Whoever keeps a pointer to SNAPSHOT over a completion holds a reference: it
 * stays, and its deletion waits, until the last one was put.  After that the
 * pointer is not used any more: it may be gone.  NULL, the live view, is fine.
 */
void snapshot_get(struct snapshot *snapshot);
void snapshot_put(struct snapshot *snapshot);

/* snapshot.c */
void snapshot_fail(struct snapshot *snapshot, int error, const char *why);

/* The same without those that share an area with it. */
void snapshot_fail_one(struct snapshot *snapshot, int error, const char *why);

/* snapshot_fail(), and what the profile logs of it; WRITE is NULL for a reader's failure. */
void snapshot_fail_logged(struct snapshot *snapshot, enum profile_failure failure, int error,
	const struct volume_request *write);

/* What SNAPSHOT shows is not what it was, or cannot be read: nobody keeps what was read of it. */
void snapshot_changed(struct snapshot *snapshot);

/* Failed in a way in which it can be read on (struct profile, reads_on). */
bool snapshot_is_stale(const struct snapshot *snapshot);

/* The driver does not trace it now, and it cannot be read (volume/extension.h). */
bool snapshot_is_dormant(const struct snapshot *snapshot);

/* SNAPSHOT is full: whether its driver has given it a higher limit. */
bool snapshot_expand(struct snapshot *snapshot);

/* What a request of KIND replaces in the live view is kept for SNAPSHOT. */
bool snapshot_traces(const struct snapshot *snapshot, enum volume_kind kind);
struct profile_snapshot snapshot_for_profile(const struct snapshot *snapshot);
void snapshot_maybe_delete(struct snapshot *snapshot);

/* What the topology counts of the snapshots has changed. */
void snapshots_recount(struct volume *volume);

/* Deletes SNAPSHOT of itself, which may be deleted already. */
void snapshot_drop(struct snapshot *snapshot);

/* Deletes SNAPSHOT, which nobody deletes yet, when the last file on it is closed. */
void snapshot_delete_begin(struct snapshot *snapshot, struct snapshot_delete *command);

/* What came of topology->keep(): 0, or SNAPSHOT stays as it was. */
void snapshot_delete_kept(struct snapshot *snapshot, int error);

/* snapshot_place.c: nobody else can have the name of SNAPSHOT, which is on the list, yet.  One that
 * is deleted and kept has none any more, as soon as that cannot be undone. */
bool snapshot_keeps_name(const struct snapshot *snapshot);

/* reads.c: what was read of SNAPSHOT, which goes, can be asked for on. */
void reads_keep(struct snapshot *snapshot);

/* watch.c: a snapshot of that NAME is there, and its barrier still stands. */
void watch_tell(struct volume *volume, const char *name);

#endif
