/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_close.h - what a kernel does when the last one closes a block device, and cannot do
 * for ours, since the supervisor has each of them open.
 *
 * Then everything cached is written, and forgotten: who opens it next reads what is there.
 */
#ifndef SNAPRIG_DM_LAST_CLOSE_H
#define SNAPRIG_DM_LAST_CLOSE_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include "simfs/doors/dm/machine/opens.h"

/* Something of the device of FD is cached, or it cannot be told. */
bool last_close_is_due(int fd);

/* Writes and forgets what is cached of the device of FD, which nobody has open.  0 or -errno. */
int last_close_now(int fd);

/*
 * Writes and forgets what is cached of DEVICE, unless somebody has it open: a process of the
 * world whose /dev is DEV_DEVICE (its st_dev), but not LEAVING, which is about to end; 0 for
 * none.  Blocks as long as the writing does.  Returns 0 or -errno.
 */
int last_close(uint64_t dev_device, const struct opens_device *device, pid_t leaving);

#endif
