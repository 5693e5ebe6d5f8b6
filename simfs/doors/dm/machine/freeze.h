/* SPDX-License-Identifier: Apache-2.0 */
/*
 * freeze.h - undoes what must not outlive the supervisor: file systems frozen while their device is
 * suspended, and loop devices set read-only.
 *
 * A frozen file system outlives the process that froze it; it blocks its device and all writers.  A
 * read-only loop device stays so for the next user.  So a small process of its own freezes each, or
 * sets it read-only, and undoes that when told so or when the supervisor is gone for whatever
 * reason.  It is also the one that blocks in the kernel: a thread of the supervisor can always give
 * up.
 */
#ifndef SNAPRIG_DM_FREEZE_H
#define SNAPRIG_DM_FREEZE_H

struct freezer;
struct frozen;

/*
 * Starts the process that forks the others.  The caller has one thread; when it ends, everything
 * thaws.
 */
int freezer_start(struct freezer **ret);

/* Ends that process.  Everything has been thawed.  NULL is fine. */
void freezer_end(struct freezer *freezer);

/*
 * Freezes the file system that contains FILE_SYSTEM_FD (the caller's).  Waits until it is frozen,
 * or returns -EINTR when a signal handler has run without SA_RESTART; then it thaws again.  Returns
 * 0 with *RET, to be thawed; -EBUSY: already frozen by another program; -EOPNOTSUPP: cannot be
 * frozen; or another -errno.
 */
int freezer_freeze(struct freezer *freezer, int file_system_fd, struct frozen **ret);

/* Thaws it, and returns when that is done.  NULL is fine. */
void frozen_thaw(struct frozen *frozen);

/* Sets the loop device of FD (the caller's) read-only until *RET is thawed. */
int freezer_read_only(struct freezer *freezer, int fd, struct frozen **ret);

/* fsync() of FD (the caller's); can be interrupted like freezer_freeze(). */
int freezer_sync(struct freezer *freezer, int fd);

#endif
