/* SPDX-License-Identifier: Apache-2.0 */
/* bodies.h - the functions of a chain's struct topology, and its copies. */
#ifndef SNAPRIG_VOLUME_CHAIN_BODIES_H
#define SNAPRIG_VOLUME_CHAIN_BODIES_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct chain;
struct request_part;
struct search;
struct snapshot;
struct snapshot_create;
struct volume;
struct volume_request;

int chain_load(struct volume *volume, const char *file);
int chain_loaded(struct volume *volume);
void chain_live_read(struct volume_request *request);
void chain_write(struct volume_request *request);
void chain_flush(struct volume_request *request);
void chain_flush_end(struct volume_request *request, int result);
void chain_snapshot_read(struct volume_request *request);
void chain_snapshot_create(struct snapshot_create *create);

/* copy.c: CREATE is a copy of a snapshot, with all of its data. */
void chain_copy_begin(struct snapshot_create *create);

/* The data of CREATE are in chain->leaf, and the trees are locked for it. */
void chain_copy_enter(struct snapshot_create *create);

/* The space in the SR that the copies in progress take. */
uint64_t chain_copies_bytes(const struct chain *chain);

/* [{"name": …, "done_bytes": …, "total_bytes": …}] for the copies in progress. */
json_t *chain_copies_json(const struct chain *chain);

/* Makes all copies in progress end soon. */
void chain_copies_cancel(struct chain *chain);
void chain_copies_forget(struct chain *chain);

/* Creates the file of the snapshot of CREATE, NAME.store.new, and sets create->store: 0 or
 * -errno. */
int chain_snapshot_file_create(struct snapshot_create *create);
void chain_snapshot_deleted(struct snapshot *snapshot);
uint64_t chain_changed_blocks(const struct snapshot *snapshot, const struct snapshot *until);
bool chain_changed_next(const struct snapshot *snapshot, const struct snapshot *until,
	uint64_t from_block, uint64_t *ret_first, uint64_t *ret_count);

/* layers.c */
void chain_search(struct volume *volume, const struct snapshot *snapshot, struct search *search);
uint64_t chain_view_bytes(const struct volume *volume, const struct snapshot *snapshot);
uint64_t chain_files_bytes(const struct volume *volume);
bool chain_hangs_on_image(const struct snapshot *snapshot);
uint64_t chain_stores_on_image(const struct volume *volume);

/* damage.c */
void chain_part_damaged(struct request_part *part);

/* status.c */
void chain_status(struct volume *volume, json_t *object);
void chain_snapshot_status(const struct snapshot *snapshot, json_t *object);

#endif
