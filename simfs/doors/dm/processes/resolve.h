/* SPDX-License-Identifier: Apache-2.0 */
/* resolve.h - finds the block device at a path, as another process sees it. */
#ifndef SNAPRIG_DM_RESOLVE_H
#define SNAPRIG_DM_RESOLVE_H

#include <sys/types.h>

/*
 * Resolves PATH as PID would: in its root, from its current folder, following links.  Returns 0, or
 * -ENODEV if it is no block device.
 */
int resolve_block_device(pid_t pid, const char *path, unsigned *ret_major, unsigned *ret_minor);

#endif
