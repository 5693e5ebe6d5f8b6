/* SPDX-License-Identifier: Apache-2.0 */
/* session_internal.h - what the files of mount/ share; for nobody else. */
#ifndef SNAPRIG_MOUNT_SESSION_INTERNAL_H
#define SNAPRIG_MOUNT_SESSION_INTERNAL_H

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

#include "simfs/base/list.h"
#include "simfs/mount/mount_options.h"
#include "simfs/mount/mount_watch.h"
#include "simfs/mount/session.h"

/*
 * Requests in flight.  The kernel sends 128 at most in the background and one
 * for each thread that waits; snapshot readers that are held keep theirs, and
 * a live write must still find one.
 */
#define SLOTS_MAX 512

/* Requests that may wait in the kernel as background ones. */
#define BACKGROUND_MAX 128

/* A slot's buffer begins one page in; a write's header lies right before it. */
#define SLOT_LEAD_BYTES 4096

struct slot {
	struct session *session;
	struct ring_op read_op;
	struct ring_op reply_op;
	char *memory; /* SLOT_LEAD_BYTES + VOLUME_BUFFER_BYTES, mapped */
	struct volume_request request;
	bool must_flush;	/* a write is answered when it was flushed, too ... */
	size_t flushing_length; /* ... with this, while it is */
	uint64_t snapshot_id;	/* of what is written to; 0: the live view */
	fuse_req_t fuse_request;
	struct iovec reply[2];
	char reply_small[192];
	struct list link;
};

struct session {
	struct ring *ring;
	struct volume *volume;
	struct session_options options;
	struct mount_options mount_options;
	struct fuse_session *fuse;
	char *mount_point;
	char *socket_path;
	int fd;
	bool mounted;
	bool initialised;
	bool stopping;
	bool told_ended;
	bool has_failed; /* kernel and libfuse could not agree */

	struct mount_watch *watch; /* NULL: it cannot be watched */
	bool is_detached;	   /* gone from its mount namespace */
	bool end_asked;
	uint64_t open_count; /* files and folders, by whomever */

	uint32_t kernel_flags2; /* of the kernel's INIT */

	struct list free_slots;
	unsigned slot_count;
	unsigned reads_armed;
	unsigned slots_busy; /* serving or replying */
	unsigned notices_under_way;
	unsigned commands_under_way; /* snapshots being taken, opened or deleted */
	struct list reading;	     /* slots whose read is in the ring */

	struct slot *current;  /* whose request is being decoded */
	struct slot *replying; /* whose reply libfuse is about to write */
};

/* transport.c */
extern const struct fuse_custom_io transport_io;
void transport_fill(struct session *session);
void transport_cancel(struct session *session);
void slots_free(struct session *session);

/* The slot of the request being decoded becomes the caller's until slot_reply_*(). */
struct slot *slot_take(struct session *session, fuse_req_t request);
void slot_reply_data(struct slot *slot, const char *data, size_t length);
void slot_reply_write(struct slot *slot, size_t length);
void slot_reply_error(struct slot *slot, int error);

/* tree.c */
#define NODE_ROOT	1
#define NODE_LIVE	2
#define NODE_SNAPSHOTS	3
#define NODE_RIG	4
#define NODE_STATUS	5
#define NODE_EVENTS	6
#define NODE_KERNEL_LOG 7
#define NODE_CONTROL	8
#define NODE_DATTO_INFO 9

/* A snapshot's inode is its id and this. */
#define NODE_SNAPSHOT_FIRST 1000

/* session.c: a file or folder was opened, is closed. */
void session_opened(struct session *session);
void session_closed(struct session *session);

/* The mount is gone, or is not to be served: once. */
void session_tell_ended(struct session *session);

static inline struct session *session_of(fuse_req_t request)
{
	return fuse_req_userdata(request);
}

/* The snapshot that INODE stands for, or NULL. */
struct snapshot *node_snapshot(struct session *session, fuse_ino_t inode);

void tree_lookup(fuse_req_t request, fuse_ino_t parent, const char *name);
void tree_getattr(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file);
void tree_setattr(fuse_req_t request, fuse_ino_t inode, struct stat *attributes, int to_set,
	struct fuse_file_info *file);
void tree_readlink(fuse_req_t request, fuse_ino_t inode);
void tree_opendir(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file);
void tree_readdir(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file);
void tree_releasedir(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file);
int tree_entry_snapshot(
	struct session *session, struct snapshot *snapshot, struct fuse_entry_param *entry);

/* snapshots.c: touch and rm. */
void snapshots_create(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode,
	struct fuse_file_info *file);
void snapshots_unlink(fuse_req_t request, fuse_ino_t parent, const char *name);

/* files.c */
void files_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file);
void files_release(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file);
void files_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file);
void files_write(fuse_req_t request, fuse_ino_t inode, const char *data, size_t size, off_t offset,
	struct fuse_file_info *file);
void files_fsync(fuse_req_t request, fuse_ino_t inode, int datasync, struct fuse_file_info *file);
void files_fallocate(fuse_req_t request, fuse_ino_t inode, int mode, off_t offset, off_t length,
	struct fuse_file_info *file);

/* The length of the text INODE that is open as FILE: of a log, as it is just now. */
uint64_t files_text_bytes(
	const struct session *session, fuse_ino_t inode, const struct fuse_file_info *file);

/* seek.c */
void files_lseek(fuse_req_t request, fuse_ino_t inode, off_t offset, int whence,
	struct fuse_file_info *file);

#endif
