/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_watch.h - notices when a mount has gone from its own mount namespace.
 *
 * A mount namespace that is created while a volume is mounted (a container, `unshare -m`)
 * keeps a copy of the mount, which the kernel serves for as long as the namespace lives.  So the
 * end of the device does not show the `umount` of this mount.  Instead, /proc/self/mountinfo is
 * polled, which the kernel marks ready at each change.
 *
 *	WAITING ──a change──▶ READING ──it is there──▶ WAITING
 *	   ▲                     │ it is not, and nothing changed since
 *	   │                     ▼
 *	   └──────────────  reported (once)
 *
 * Everything goes through the ring: on a machine with many containers the table is long.
 */
#ifndef SNAPRIG_MOUNT_MOUNT_WATCH_H
#define SNAPRIG_MOUNT_MOUNT_WATCH_H

#include <stdbool.h>

#include "simfs/base/mount_table.h"
#include "simfs/blockio/ring.h"

struct mount_watch;

/*
 * Watches what is mounted on MOUNT_POINT now, wherever it is moved.  GONE is called once, from the
 * ring.  Returns 0, -ENOENT if this process sees nothing mounted there, or -errno.
 */
int mount_watch_create(struct ring *ring, const char *mount_point, void (*gone)(void *context),
	void *context, struct mount_watch **ret);

/* Stops watching: nothing is reported any more.  May be called twice; NULL is fine. */
void mount_watch_stop(struct mount_watch *watch);

/* Whether, after mount_watch_stop(), nothing of it is in the ring.  True for NULL. */
bool mount_watch_idle(const struct mount_watch *watch);

/*
 * Finds where it is mounted now.  Blocks.  Returns 0; -ENOENT if it is not mounted; or -errno if
 * that is unknown, as for NULL.  Once its device has ended, another mount may have its number: the
 * caller must check for that afterwards.
 */
int mount_watch_find(const struct mount_watch *watch, struct mount_entry *ret);

/* Whether an unmount of PATH would remove it. */
bool mount_watch_is_on_top(const struct mount_watch *watch, const char *path);

/* It must be idle, or the ring gone.  NULL is fine. */
void mount_watch_destroy(struct mount_watch *watch);

#endif
