/* SPDX-License-Identifier: Apache-2.0 */
/* state.h - the stores in the state folder: their names, and how a mount reads them. */
#ifndef SNAPRIG_VOLUME_STATE_H
#define SNAPRIG_VOLUME_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "simfs/store/store.h"
#include "simfs/volume/owner.h"

struct blockio_folder;
struct snapshot;
struct volume;

/* Loads the snapshot in FILE, whose name ends in STORE_SUFFIX; KIND is that of the topology. */
#define STORE_SUFFIX ".store"
#define NODE_SUFFIX  ".node"
#define LOST_SUFFIX  ".lost"
#define KEPT_SUFFIX  ".kept"
#define NEW_SUFFIX   ".new"
int state_load_snapshot(struct volume *volume, const char *file, enum owner_kind kind);

/* state.c: loads the content of FOLDER. */
int state_load(struct volume *volume);

/* Writes FACTS, or marks STORE as failed with ERROR, and waits for it: 0 or -errno. */
int state_update(struct store *store, const struct store_facts *facts);
int state_mark(struct store *store, int error);

/* state_names.c */
bool state_has_suffix(const char *name, const char *suffix);

/* Whether it is a snapshot that was being taken when the rig was killed. */
bool state_is_unfinished(const char *name);

/* For store_open(): whether a failed store can still be read, and whether one needs data. */
bool state_reads_failed(const struct store_facts *facts, void *context);
bool state_needs_data(const struct store_facts *facts, void *context);

/* The file of the store of an active snapshot of that name. */
void snapshot_file_name(const char *snapshot, char *buffer, size_t length);

/* The file of SNAPSHOT's store, whatever its state. */
void snapshot_file(const struct snapshot *snapshot, char *buffer, size_t length);

/* state_rename.c: whether a store with FACTS, found in a file of another name, belongs to
 * this snapshot anyway. */
bool state_may_rename(struct blockio_folder *folder, const struct store_facts *facts);

/* STORE was found in FILE, for the name NAME. Renames the file, and sets NAME, to the name in
 * the store; RET_FILE is the file's name. 0, or -errno after a message. */
int state_settle_name(struct volume *volume, struct store *store, const char *file,
	char name[STORE_NAME_BYTES], char *ret_file, size_t length);

/* Inserts SNAPSHOT, whose number is set, into the list in order of creation. */
void state_insert(struct volume *volume, struct snapshot *snapshot);

/* state_lost.c: SNAPSHOT's store in FILE was found damaged. Shows it as failed, and renames
 * the file so that no later mount uses it. 0, or -errno after a message. */
int state_lose(struct snapshot *snapshot, const char *file);

/* Loads what is left of one, from FILE, which ends in LOST_SUFFIX: 0, or -errno after a message. */
int state_load_lost(struct volume *volume, const char *file);

#endif
