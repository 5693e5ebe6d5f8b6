/* SPDX-License-Identifier: Apache-2.0 */
/*
 * freeze.h - what must not outlive the supervisor: file systems that are frozen while their
 * device is suspended, and loop devices that are read only.
 *
 * A frozen file system outlives who froze it, and with it its device and everybody who
 * writes; and whoever gets a loop device next finds it read only.  So each is frozen, or made so,
 * by a small process of its own, which undoes it when it is told so or when the supervisor is gone,
 * however that went.  It is also the one that waits in the kernel: a thread of the supervisor's can
 * always give up.
 */
#ifndef SNAPRIG_DM_FREEZE_H
#define SNAPRIG_DM_FREEZE_H

struct freezer;
struct frozen;

/*
 * Starts the process that makes the others.  The caller has one thread, and is the process
 * whose end thaws everything.
 */
int freezer_start(struct freezer **ret);

/* Ends the process that makes the others.  What is frozen has been thawed.  NULL is fine. */
void freezer_end(struct freezer *freezer);

/*
 * Freezes the file system of which FILE_SYSTEM_FD (the caller's) is a file or folder.  Waits as
 * long as that takes, or until a signal handler has run without SA_RESTART: -EINTR, and it
 * thaws.
 * Returns 0 with a *RET to be thawed; -EBUSY: it is frozen already, by someone else;
 * -EOPNOTSUPP: it cannot be; or another -errno.
 */
int freezer_freeze(struct freezer *freezer, int file_system_fd, struct frozen **ret);

/* Thaws it, and returns when it is.  NULL is fine. */
void frozen_thaw(struct frozen *frozen);

/* The loop device of FD (the caller's) refuses writes, until *RET is thawed. */
int freezer_read_only(struct freezer *freezer, int fd, struct frozen **ret);

/* fsync() of FD (the caller's); as freezer_freeze(), it may be given up. */
int freezer_sync(struct freezer *freezer, int fd);

#endif
