/* SPDX-License-Identifier: Apache-2.0 */
/* tree_internal.h - the mounted tree; part of session_internal.h. */
#ifndef SNAPRIG_MOUNT_TREE_INTERNAL_H
#define SNAPRIG_MOUNT_TREE_INTERNAL_H

/* Also in control/protocol.h, for clients. */
#define NAME_SNAPSHOTS	 "snapshots"

#define PLACE_ROOT	 1
#define PLACE_LIVE	 2
#define PLACE_SNAPSHOTS	 3
#define PLACE_RIG	 4
#define PLACE_STATUS	 5
#define PLACE_EVENTS	 6
#define PLACE_KERNEL_LOG 7
#define PLACE_CONTROL	 8
#define PLACE_INFO	 9 /* the driver's: volume_info() */

/* A snapshot's inode is this plus its id.  The kernel may know it by another number ... */
#define PLACE_SNAPSHOT_FIRST 1000

/* ... if it was taken here (snapshots.c). */
#define PLACE_TAKING_FIRST (1ull << 62)

struct place {
	fuse_ino_t inode;
	fuse_ino_t parent;
	const char *name; /* NULL: the driver's volume_info_name() */
	mode_t type;
	enum owned owned;
};

static inline struct session *session_of(fuse_req_t request)
{
	return fuse_req_userdata(request);
}

/* ---- tree.c ---- */

/* NULL if there is none. */
const struct place *place_find(const struct session *session, fuse_ino_t inode);
unsigned place_count(const struct session *session);

/* The snapshot that INODE stands for, or NULL. */
struct snapshot *place_snapshot(struct session *session, fuse_ino_t inode);

/* Answers REQUEST with the entry of a place that always exists. */
void tree_reply_place(fuse_req_t request, fuse_ino_t inode);

void tree_lookup(fuse_req_t request, fuse_ino_t parent, const char *name);
void tree_readlink(fuse_req_t request, fuse_ino_t inode);
void tree_opendir(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file);
void tree_readdir(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file);
void tree_releasedir(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file);

/* All fail with -EPERM: the tree is fixed. */
void tree_mkdir(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode);
void tree_rmdir(fuse_req_t request, fuse_ino_t parent, const char *name);
void tree_symlink(fuse_req_t request, const char *text, fuse_ino_t parent, const char *name);
void tree_link(fuse_req_t request, fuse_ino_t inode, fuse_ino_t parent, const char *name);
void tree_rename(fuse_req_t request, fuse_ino_t parent, const char *name, fuse_ino_t to_parent,
	const char *to_name, unsigned int flags);

/* ---- attributes.c ---- */

/* How long the kernel may cache what never changes. */
#define STEADY_TIMEOUT_S 60.0

double attribute_timeout(fuse_ino_t inode);
void place_attributes(struct session *session, const struct place *place, struct stat *ret);
void snapshot_attributes(
	struct session *session, const struct snapshot *snapshot, struct stat *ret);
void taking_attributes(struct session *session, fuse_ino_t inode, struct stat *ret);

/* Answers REQUEST with the attributes of INODE, or with ERROR. */
void attributes_reply(fuse_req_t request, fuse_ino_t inode, int error);
void tree_getattr(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file);
void tree_setattr(fuse_req_t request, fuse_ino_t inode, struct stat *attributes, int to_set,
	struct fuse_file_info *file);
void tree_statfs(fuse_req_t request, fuse_ino_t inode);

/* ---- growing.c ---- */

/*
 * Makes the volume longer, and answers REQUEST, a setattr of the live view, with the result, now or
 * later.
 */
void growing_start(fuse_req_t request, uint64_t bytes);

/* ---- texts.c ---- */

/* Whether INODE is generated anew for each reader, unlike a log, which grows. */
bool text_is_made(fuse_ino_t inode);
void text_make(struct session *session, fuse_ino_t inode);
uint64_t text_bytes(struct session *session, fuse_ino_t inode);
void text_open(fuse_req_t request, fuse_ino_t inode);
void text_release(struct fuse_file_info *file);
void text_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	const struct fuse_file_info *file);

/* The length of the text INODE open as FILE; of a log, its present length. */
uint64_t text_file_bytes(
	struct session *session, fuse_ino_t inode, const struct fuse_file_info *file);
void texts_free(struct session *session);

/* ---- files.c ---- */

/* As fuse_reply_open(), but with any flags of the kernel. */
int reply_open(fuse_req_t request, uint64_t handle, uint32_t flags);

/*
 * The snapshot that FILE is open on; NULL if it is of another kind, or the snapshot is being
 * deleted.
 */
struct snapshot *open_snapshot(fuse_ino_t inode, const struct fuse_file_info *file);

void files_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file);
void files_release(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file);
void files_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file);
void files_write(fuse_req_t request, fuse_ino_t inode, const char *data, size_t size, off_t offset,
	struct fuse_file_info *file);
void files_fsync(fuse_req_t request, fuse_ino_t inode, int datasync, struct fuse_file_info *file);
void files_fallocate(fuse_req_t request, fuse_ino_t inode, int mode, off_t offset, off_t length,
	struct fuse_file_info *file);

/* ---- seek.c ---- */

void files_lseek(fuse_req_t request, fuse_ino_t inode, off_t offset, int whence,
	struct fuse_file_info *file);

#endif
