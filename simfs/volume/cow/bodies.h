/* SPDX-License-Identifier: Apache-2.0 */
/* bodies.h - the functions of struct topology for copy-on-write, and what they share. */
#ifndef SNAPRIG_VOLUME_COW_BODIES_H
#define SNAPRIG_VOLUME_COW_BODIES_H

#include <stdbool.h>
#include <stdint.h>

struct extent;
struct snapshot;
struct snapshot_create;
struct volume_request;

/* live_write.c, read.c, write.c */
void cow_live_write(struct volume_request *request);
void cow_snapshot_read(struct volume_request *request);
void cow_snapshot_write(struct volume_request *request);
void cow_snapshot_flush(struct volume_request *request);

/* create.c */
void cow_snapshot_create(struct snapshot_create *create);

/* room.c: allocates disk space for the whole limit of CREATE's store, if the profile does
 * that (log_no_room), and calls GO, now or later, with 0 or -errno. */
void room_take(
	struct snapshot_create *create, void (*go)(struct snapshot_create *create, int result));

/* The same for SNAPSHOT, found in the state folder. Blocks. */
void room_take_again(struct snapshot *snapshot);

/* ---- preserve.c ---- */

/* Extends EXTENT to include MORE. */
void extent_add(struct extent *extent, const struct extent *more);

/* Whether SNAPSHOT lacks blocks of the write REQUEST; *RET spans from the first to the last
 * of them. */
bool preserve_lacks(
	struct snapshot *snapshot, const struct volume_request *request, struct extent *ret);

/*
 * Appends the blocks of REQUEST that SNAPSHOT lacks, run by run; for an incremental only
 * their numbers. The scratch of REQUEST holds the origin's bytes from OLD_FIRST on and their
 * sums; it is not used for incrementals.
 */
void preserve_into(struct snapshot *snapshot, struct volume_request *request, uint64_t old_first);

/*
 * Appends the blocks from FIRST to before END, which SNAPSHOT lacks, as many as the profile
 * admits; counts request->stored for them. If there are more, the snapshot fails. BYTES is
 * their content, and SUMS are its sums, or NULL.
 */
void preserve_run(struct snapshot *snapshot, struct volume_request *request, uint64_t first,
	uint64_t end, char *bytes, const uint32_t *sums);

/* Fails SNAPSHOT if its driver gives it up because of what REQUEST has appended. */
void preserve_commit(struct snapshot *snapshot, const struct volume_request *request);

#endif
