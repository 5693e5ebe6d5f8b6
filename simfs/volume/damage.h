/* SPDX-License-Identifier: Apache-2.0 */
/* damage.h - reads for requests that are checked, and what is done when they are not right. */
#ifndef SNAPRIG_VOLUME_DAMAGE_H
#define SNAPRIG_VOLUME_DAMAGE_H

#include "simfs/store/read.h"

struct blockio_folder;
struct request_part;
struct snapshot;
struct volume;

/*
 * Starts the read of part->length bytes for part->offset of the volume: at POSITION of
 * STORE, or of the image when that is NULL.  part->ended is called later; -EIO when
 * they are damaged, and then what follows from that was done.  The store is part->node's,
 * or when that is NULL part->holder's.
 */
void part_read(struct request_part *part, struct store *store, uint64_t position, void *bytes);

/* The same into part->spans (store_read_spans()). */
void part_read_vector(
	struct request_part *part, struct store *store, uint64_t position, struct iovec *vectors);

/* READ, for bytes of the volume from FIRST_BYTES on, has found the store of that one damaged. */
void snapshot_damaged(
	struct snapshot *snapshot, const struct store_read *read, uint64_t first_bytes);

/* Says, and notes in the journal, that BLOCK at OFFSET of FILE is not what was stored. */
void damage_tell(struct volume *volume, const char *file, uint64_t offset, uint64_t block);

/* What READ, for bytes of the volume from FIRST on, has found damaged first, in the volume. */
uint64_t damage_volume_offset(const struct store_read *read, uint64_t first);

/* That FIRST of part->read, if all of it lay in one piece with what it has found damaged. */
uint64_t part_damage_first(const struct request_part *part);

/* ---- what a mount finds ---- */

/* state_lost.c: an unmount closes the store of SNAPSHOT, which is whole and has not failed. */
bool state_is_closed(const struct snapshot *snapshot);

/* state_version.c: -EUCLEAN, said, when FOLDER has a store of a format that is not known here;
 * faults do not strike it.  0, or -errno. */
int state_check_versions(struct blockio_folder *folder);

/* state_sums.c: says what was found amiss with the sums of the store in FILE. */
void state_tell_sums(
	const struct volume *volume, const char *file, const struct store_findings *findings);

/* Whether NAME is what a file of sums is called. */
bool state_is_sums(const char *name);

/* Removes NAME when it is a file of sums and its store is gone. */
void state_sweep_sums(struct volume *volume, const char *name);

#endif
