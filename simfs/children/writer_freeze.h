/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_freeze.h - freezes and thaws hooks and file systems.
 *
 * Everything here blocks.  Errors are those of writers/hands.h, with one line for people in WHY,
 * which has room for WRITER_WHY_BYTES.
 */
#ifndef SNAPRIG_CHILDREN_WRITER_FREEZE_H
#define SNAPRIG_CHILDREN_WRITER_FREEZE_H

#include "simfs/children/writer_child.h"

/* A result of writer_hook_freeze(): stopped halfway. */
#define WRITER_GIVEN_UP 1

/*
 * Calls PATH with `freeze`.  Returns 0; -errno, after calling PATH with `thaw` if it could be
 * called at all; or WRITER_GIVEN_UP if stdin ended or had a byte before the hook ended: the hook
 * was killed, and must still be thawed.
 */
int writer_hook_freeze(const char *path, char *why);

/* How long a hook may take to thaw: as long as Proxmox waits for one (docs/real-systems.md 6.2). */
#define WRITER_THAW_MAX_MS 180000

/* Calls PATH with `thaw`, and kills it after LIMIT_MS.  Returns 0, -ETIMEDOUT or another -errno. */
int writer_hook_thaw(const char *path, int limit_ms, char *why);

/*
 * Freezes the file system mounted at PATH.  Returns 0 or -errno: -EINVAL if nothing is mounted
 * exactly there, since freezing the file system around it is never intended; -EDEADLK if this
 * process's parent has files open there, and would wait for its own thaw.  *RET_FD keeps the file
 * system from being unmounted; the caller closes it.
 */
int writer_fsfreeze(const char *path, int *ret_fd, char *why);

/* Thaws it; PATH is for messages.  Returns 0 or -errno. */
int writer_fsthaw(const char *path, int fd, char *why);

/* Thaws what is mounted at PATH.  Returns 0, also if it was not frozen, or -errno. */
int writer_fsthaw_left(const char *path, char *why);

#endif
