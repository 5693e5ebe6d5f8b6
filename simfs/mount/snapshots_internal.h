/* SPDX-License-Identifier: Apache-2.0 */
/* snapshots_internal.h - snapshots as files that are made and removed; of session_internal.h. */
#ifndef SNAPRIG_MOUNT_SNAPSHOTS_INTERNAL_H
#define SNAPRIG_MOUNT_SNAPSHOTS_INTERNAL_H

/* ---- snapshots.c: a file is made, a snapshot taken ---- */

void snapshots_mknod(
	fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode, dev_t device);

/* The open behind it. */
void snapshots_take(fuse_req_t request, fuse_ino_t inode, const struct fuse_file_info *file);
void snapshots_forget(fuse_req_t request, fuse_ino_t inode, uint64_t lookups);
void snapshots_forget_many(fuse_req_t request, size_t count, struct fuse_forget_data *forgets);

/* By which number the kernel knows SNAPSHOT. */
fuse_ino_t snapshots_inode(struct session *session, const struct snapshot *snapshot);

/* Of any INODE: the snapshot that was taken by it; it is not there yet; its taker has it open. */
struct snapshot *taking_snapshot(struct session *session, fuse_ino_t inode);
bool taking_is_pending(struct session *session, fuse_ino_t inode);
bool taking_is_fresh(struct session *session, fuse_ino_t inode);

/* The kernel was told of INODE once more; FILE, which is open on it, is closed. */
void taking_looked_up(struct session *session, fuse_ino_t inode);
void taking_released(struct session *session, fuse_ino_t inode, const struct fuse_file_info *file);
void takings_free(struct session *session);

/* ---- removals.c: a file is removed, a snapshot deleted ---- */

void removals_unlink(fuse_req_t request, fuse_ino_t parent, const char *name);

/* Whether the lookup is of somebody who removes one; then it is answered now or later. */
bool removals_lookup(fuse_req_t request, fuse_ino_t parent, const char *name);

/* Sees to those that take long; whether it has to be asked again. */
bool removals_look(struct session *session);
void removals_free(struct session *session);

#endif
