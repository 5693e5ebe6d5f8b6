/* SPDX-License-Identifier: Apache-2.0 */
/* damage.h - checked reads for requests, and what happens when the check fails. */
#ifndef SNAPRIG_VOLUME_DAMAGE_H
#define SNAPRIG_VOLUME_DAMAGE_H

#include "simfs/store/read.h"

struct blockio_folder;
struct request_part;
struct snapshot;
struct volume;

/*
 * Starts to read part->length bytes for part->offset of the volume: at POSITION of STORE, or
 * of the image if that is NULL. Calls part->ended later; with -EIO if they are damaged, after
 * the consequences were carried out. The store belongs to part->node, or if that is NULL to
 * part->holder.
 */
void part_read(struct request_part *part, struct store *store, uint64_t position, void *bytes);

/* The same into part->spans (store_read_spans()). */
void part_read_vector(
	struct request_part *part, struct store *store, uint64_t position, struct iovec *vectors);

/* READ, of the volume's bytes from FIRST_BYTES on, has found the store of SNAPSHOT damaged. */
void snapshot_damaged(
	struct snapshot *snapshot, const struct store_read *read, uint64_t first_bytes);

/* Logs, and adds to the journal, that BLOCK at OFFSET of FILE is not what was stored. */
void damage_tell(struct volume *volume, const char *file, uint64_t offset, uint64_t block);

/* The volume offset of the first damage that READ, for bytes from FIRST on, has found. */
uint64_t damage_volume_offset(const struct store_read *read, uint64_t first);

/* The FIRST for that, for part->read, as if all of it were contiguous with the damage. */
uint64_t part_damage_first(const struct request_part *part);

/* ---- at a mount ---- */

/* state_lost.c: whether an unmount closes the store of SNAPSHOT: it is whole and has not failed. */
bool state_is_closed(const struct snapshot *snapshot);

/* state_version.c: returns -EUCLEAN after a message if FOLDER has a store of an unknown
 * format, else 0 or -errno. Faults do not affect it. */
int state_check_versions(struct blockio_folder *folder);

/* state_sums.c: logs what is wrong with the sums of the store in FILE. */
void state_tell_sums(
	const struct volume *volume, const char *file, const struct store_findings *findings);

/* Whether NAME is the name of a file of sums. */
bool state_is_sums(const char *name);

/* Removes NAME if it is a file of sums whose store no longer exists. */
void state_sweep_sums(struct volume *volume, const char *name);

#endif
