/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dm_ioctls.h - the ioctls of device-mapper by name, as `ioctl=` of a fault rule has them.
 *
 * The kernel's names in small letters without DM_ and DEV_; suspending and resuming, which are
 * one ioctl, have a name each.
 */
#ifndef SNAPRIG_BASE_DM_IOCTLS_H
#define SNAPRIG_BASE_DM_IOCTLS_H

#include <stdbool.h>
#include <stddef.h>

#define DM_IOCTL_NAME_BYTES 24 /* the longest, with its end */

/* The name of ioctl number NR of type 0xfd (the low byte); SUSPENDS: its flag DM_SUSPEND_FLAG is
 * set, which only matters to DM_DEV_SUSPEND.  NULL: there is none such. */
const char *dm_ioctls_name(unsigned nr, bool suspends);

/* The names in the order of their numbers; NULL behind the last. */
const char *dm_ioctl_name_at(size_t index);

#endif
