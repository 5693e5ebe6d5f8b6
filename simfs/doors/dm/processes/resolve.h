/* SPDX-License-Identifier: Apache-2.0 */
/* resolve.h - which block device a path is, for the process that names it. */
#ifndef SNAPRIG_DM_RESOLVE_H
#define SNAPRIG_DM_RESOLVE_H

#include <sys/types.h>

/*
 * PATH as PID would see it: below its root, symbolic links too, and relative to its current
 * folder.  Returns 0, or -ENODEV when it is no block device there.
 */
int resolve_block_device(pid_t pid, const char *path, unsigned *ret_major, unsigned *ret_minor);

#endif
