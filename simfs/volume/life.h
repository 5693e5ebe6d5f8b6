/* SPDX-License-Identifier: Apache-2.0 */
/* life.h - how a snapshot is created, fails and is deleted. */
#ifndef SNAPRIG_VOLUME_LIFE_H
#define SNAPRIG_VOLUME_LIFE_H

#include "simfs/profile/profile.h"
#include "simfs/volume/request.h"
#include "simfs/volume/snapshot.h"

struct snapshot *snapshot_new(struct volume *volume, const char *name, struct store *store);
void snapshot_free(struct snapshot *snapshot);

/*
 * A caller that keeps a pointer to SNAPSHOT across a completion holds a reference: until the
 * last one is put, the snapshot stays, and its deletion waits. Do not use the pointer after
 * snapshot_put(). NULL, the live view, is fine.
 */
void snapshot_get(struct snapshot *snapshot);
void snapshot_put(struct snapshot *snapshot);

/* snapshot.c */
void snapshot_fail(struct snapshot *snapshot, int error, const char *why);

/* The same without failing those that share an area with it. */
void snapshot_fail_one(struct snapshot *snapshot, int error, const char *why);

/* snapshot_fail(), with the profile's log message; WRITE is NULL if a reader met the failure. */
void snapshot_fail_logged(struct snapshot *snapshot, enum profile_failure failure, int error,
	const struct volume_request *write);

/* The content of SNAPSHOT has changed or become unreadable: drops everything cached. */
void snapshot_changed(struct snapshot *snapshot);

/* It has failed, but its profile still allows reads (struct profile, reads_on). */
bool snapshot_is_stale(const struct snapshot *snapshot);

/* The driver does not trace it now, and it cannot be read (volume/extension.h). */
bool snapshot_is_dormant(const struct snapshot *snapshot);

/* SNAPSHOT is full. Returns whether its driver has raised its limit. */
bool snapshot_expand(struct snapshot *snapshot);

/* Whether the data that a request of KIND replaces in the live view is kept for SNAPSHOT. */
bool snapshot_traces(const struct snapshot *snapshot, enum volume_kind kind);
struct profile_snapshot snapshot_for_profile(const struct snapshot *snapshot);
void snapshot_maybe_delete(struct snapshot *snapshot);

/* What the topology counts about the snapshots has changed. */
void snapshots_recount(struct volume *volume);

/* Deletes SNAPSHOT on the volume's own account; its deletion may have begun already. */
void snapshot_drop(struct snapshot *snapshot);

/* Deletes SNAPSHOT, which is not being deleted yet, once its last file is closed. */
void snapshot_delete_begin(struct snapshot *snapshot, struct snapshot_delete *command);

/* The result of topology->keep(): 0, or SNAPSHOT is unchanged. */
void snapshot_delete_kept(struct snapshot *snapshot, int error);

/* snapshot_place.c: whether SNAPSHOT, which is on the list, still keeps its name from others. One
 * that is deleted but kept gives it up as soon as that cannot be undone. */
bool snapshot_keeps_name(const struct snapshot *snapshot);

/* reads.c: keeps the read statistics of SNAPSHOT, which is being deleted. */
void reads_keep(struct snapshot *snapshot);

/* watch.c: a snapshot called NAME was taken, and its barrier is still in force. */
void watch_tell(struct volume *volume, const char *name);

#endif
