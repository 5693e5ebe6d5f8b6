/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dm_ioctls.h - names for the ioctls of device-mapper, as used by `ioctl=` in a fault rule.
 *
 * They are the kernel's names in lower case, without DM_ and DEV_.  Suspending and resuming, which
 * share an ioctl, have a name each.
 */
#ifndef SNAPRIG_BASE_DM_IOCTLS_H
#define SNAPRIG_BASE_DM_IOCTLS_H

#include <stdbool.h>
#include <stddef.h>

#define DM_IOCTL_NAME_BYTES 24 /* the longest, with its NUL */

/*
 * The name of ioctl number NR (the low byte, of type 0xfd), or NULL if there is no such ioctl.
 * SUSPENDS says whether DM_SUSPEND_FLAG is set, which only matters for DM_DEV_SUSPEND.
 */
const char *dm_ioctls_name(unsigned nr, bool suspends);

/* The names in the order of their numbers; NULL after the last. */
const char *dm_ioctl_name_at(size_t index);

#endif
