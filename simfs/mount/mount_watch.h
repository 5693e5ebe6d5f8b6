/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_watch.h - tells when a mount has gone from its own mount namespace.
 *
 * A mount namespace that is made while a volume is mounted (a container, `unshare -m`)
 * keeps a copy of the mount, which the kernel serves for as long as the namespace
 * lives: the end of the device says nothing of the `umount` that meant this mount.  So
 * /proc/self/mountinfo is watched, which the kernel makes ready at each change.
 *
 *	WAITING ──a change──▶ READING ──it is there──▶ WAITING
 *	   ▲                     │ it is not, and nothing changed since
 *	   │                     ▼
 *	   └──────────────  told (once)
 *
 * All of it goes through the ring: a machine of many containers has a long table.
 */
#ifndef SNAPRIG_MOUNT_MOUNT_WATCH_H
#define SNAPRIG_MOUNT_MOUNT_WATCH_H

#include <stdbool.h>

#include "simfs/base/mount_table.h"
#include "simfs/blockio/ring.h"

struct mount_watch;

/*
 * Watches for what is mounted on MOUNT_POINT now, wherever it is moved to.  GONE is
 * called once, from the ring.  Returns 0, -ENOENT when nothing is mounted there that
 * this process can see, or -errno.
 */
int mount_watch_create(struct ring *ring, const char *mount_point, void (*gone)(void *context),
	void *context, struct mount_watch **ret);

/* Nothing is told any more.  Harmless when it was called before; NULL is fine. */
void mount_watch_stop(struct mount_watch *watch);

/* After mount_watch_stop(): nothing of it is in the ring.  NULL is. */
bool mount_watch_idle(const struct mount_watch *watch);

/*
 * Looks now where it is still mounted.  Blocks.  Returns 0, -ENOENT when it is not, or
 * -errno: that cannot be told (of NULL, neither).  When its device has ended, its number
 * may be another mount's by now: the caller looks whether it has, afterwards.
 */
int mount_watch_find(const struct mount_watch *watch, struct mount_entry *ret);

/* The same, for what an unmount of PATH would take away. */
bool mount_watch_is_on_top(const struct mount_watch *watch, const char *path);

/* Idle, or the ring is gone.  NULL is fine. */
void mount_watch_destroy(struct mount_watch *watch);

#endif
