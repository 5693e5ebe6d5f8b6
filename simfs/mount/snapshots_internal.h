/* SPDX-License-Identifier: Apache-2.0 */
/* snapshots_internal.h - taking and deleting snapshots by creating and removing files; part of
 * session_internal.h. */
#ifndef SNAPRIG_MOUNT_SNAPSHOTS_INTERNAL_H
#define SNAPRIG_MOUNT_SNAPSHOTS_INTERNAL_H

/* ---- snapshots.c: creating a file takes a snapshot ---- */

void snapshots_mknod(
	fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode, dev_t device);

/* The open that follows. */
void snapshots_take(fuse_req_t request, fuse_ino_t inode, const struct fuse_file_info *file);
void snapshots_forget(fuse_req_t request, fuse_ino_t inode, uint64_t lookups);
void snapshots_forget_many(fuse_req_t request, size_t count, struct fuse_forget_data *forgets);

/* The inode by which the kernel knows SNAPSHOT. */
fuse_ino_t snapshots_inode(struct session *session, const struct snapshot *snapshot);

/*
 * For any INODE: the snapshot taken with it; whether that is still to come; whether its creator
 * still has it open.
 */
struct snapshot *taking_snapshot(struct session *session, fuse_ino_t inode);
bool taking_is_pending(struct session *session, fuse_ino_t inode);
bool taking_is_fresh(struct session *session, fuse_ino_t inode);

/* The kernel was told about INODE once more; FILE, open on it, is closed. */
void taking_looked_up(struct session *session, fuse_ino_t inode);
void taking_released(struct session *session, fuse_ino_t inode, const struct fuse_file_info *file);
void takings_free(struct session *session);

/* ---- removals.c: removing a file deletes a snapshot ---- */

void removals_unlink(fuse_req_t request, fuse_ino_t parent, const char *name);

/*
 * Whether the lookup comes from a caller that removes a snapshot; if so, it is answered, now or
 * later.
 */
bool removals_lookup(fuse_req_t request, fuse_ino_t parent, const char *name);

/* Handles removals that take long.  Returns whether it must be called again. */
bool removals_look(struct session *session);
void removals_free(struct session *session);

#endif
