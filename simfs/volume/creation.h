/* SPDX-License-Identifier: Apache-2.0 */
/* creation.h - the steps of creating a snapshot, in any topology. */
#ifndef SNAPRIG_VOLUME_CREATION_H
#define SNAPRIG_VOLUME_CREATION_H

#include "simfs/store/store.h"
#include "simfs/volume/snapshot.h"

/* snapshot_place.c: checks its name and the number of snapshots: 0 or the result for `done`. */
int snapshot_place_check(struct volume *volume, struct snapshot_create *create);
bool snapshot_is_being_created(struct volume *volume, const char *name);

/* Whether an existing snapshot has this name, even one that is being deleted. */
bool snapshot_has_name(const struct volume *volume, const char *name);

/* Reports WHY to the caller that requested CREATE; returns ERROR. */
int snapshot_refuse(struct snapshot_create *create, int error, const char *why);

/* snapshot_facts.c: fills FACTS from the request: 0, or the result for `done`. */
int snapshot_choose_facts(struct snapshot_create *create, struct store_facts *facts);

/* snapshot_create.c: takes the snapshot itself, once all writers are frozen. */
void snapshot_create_commit(struct snapshot_create *create);

/* The name of the store's file while the snapshot is being created. */
void snapshot_new_file_name(const struct snapshot_create *create, char *buffer, size_t length);

/* Adds the snapshot of create->store to the list under its own name, then calls ENTERED, now
 * or later, with 0, or with -errno and nothing changed. No live write may be in flight until
 * then. */
void snapshot_create_enter(struct snapshot_create *create,
	void (*entered)(struct snapshot_create *create, int result));

/* Ends CREATE; after an error its file NAME.store.new is removed. */
void snapshot_create_end(struct snapshot_create *create, int result);

/* The first calls CREATE's `done` and drops its reference to the snapshot; the second first
 * ends its set of writers. */
void snapshot_create_tell(struct snapshot_create *create, int result);
void snapshot_create_answer(struct snapshot_create *create, int result);

#endif
