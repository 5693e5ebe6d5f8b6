/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_close.h - what a kernel does at the last close of a block device, and cannot do for ours,
 * since the supervisor holds each of them open.
 *
 * It writes dirty data and drops the cache: the next program that opens the device reads its
 * content.
 */
#ifndef SNAPRIG_DM_LAST_CLOSE_H
#define SNAPRIG_DM_LAST_CLOSE_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include "simfs/doors/dm/machine/opens.h"

/* Whether the device of FD has cached data, or that is unknown. */
bool last_close_is_due(int fd);

/*
 * Flushes and drops the cache of the device of FD, which no process has open.  Returns 0 or -errno.
 */
int last_close_now(int fd);

/*
 * Flushes and drops the cache of DEVICE, unless a process of the world has it open.  The world's
 * /dev is DEV_DEVICE (its st_dev).  LEAVING, which is about to end, does not count; 0 for none.
 * Blocks while data is written.  Returns 0 or -errno.
 */
int last_close(uint64_t dev_device, const struct opens_device *device, pid_t leaving);

#endif
