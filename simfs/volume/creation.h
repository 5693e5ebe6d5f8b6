/* SPDX-License-Identifier: Apache-2.0 */
/* creation.h - the steps of making a snapshot, whatever the topology. */
#ifndef SNAPRIG_VOLUME_CREATION_H
#define SNAPRIG_VOLUME_CREATION_H

#include "simfs/store/store.h"
#include "simfs/volume/snapshot.h"

/* snapshot_place.c: whether name and number of snapshots allow it: 0 or what `done` gets. */
int snapshot_place_check(struct volume *volume, struct snapshot_create *create);
bool snapshot_is_being_created(struct volume *volume, const char *name);

/* Whether one that is there has this name, also one that is just deleted. */
bool snapshot_has_name(const struct volume *volume, const char *name);

/* Says WHY to whoever asked for CREATE; returns ERROR. */
int snapshot_refuse(struct snapshot_create *create, int error, const char *why);

/* snapshot_facts.c: fills FACTS from what was asked for: 0, or what `done` gets. */
int snapshot_choose_facts(struct snapshot_create *create, struct store_facts *facts);

/* snapshot_create.c: the snapshot itself, when all writers are frozen. */
void snapshot_create_commit(struct snapshot_create *create);

/* Of the store while the snapshot is made. */
void snapshot_new_file_name(const struct snapshot_create *create, char *buffer, size_t length);

/* Puts the snapshot of create->store on the list under its own name, then calls ENTERED, now or
 * later, with 0, or -errno and nothing is changed.  No live write is under way until then. */
void snapshot_create_enter(struct snapshot_create *create,
	void (*entered)(struct snapshot_create *create, int result));

/* Ends CREATE; after an error nothing of its file NAME.store.new is left. */
void snapshot_create_end(struct snapshot_create *create, int result);

/* Tells whoever asked for CREATE, and lets go of its snapshot; or its set first. */
void snapshot_create_tell(struct snapshot_create *create, int result);
void snapshot_create_answer(struct snapshot_create *create, int result);

#endif
