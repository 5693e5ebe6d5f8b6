/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nodes.h - plays udev: the nodes in /dev/mapper that libdevmapper leaves to it.
 *
 * Only who says so (DM_UDEV_DISABLE_LIBRARY_FALLBACK) has them made here; for all others
 * libdevmapper makes them, and this does nothing.
 */
#ifndef SNAPRIG_DM_NODES_H
#define SNAPRIG_DM_NODES_H

#include <stdbool.h>

/* In the upper half of event_nr of a resume, remove or rename: "udev makes the nodes". */
#define NODES_UDEV_MAKES_THEM 0x20u

/*
 * DEV_FD is /dev of the world.  NAME is a dm device's, as the kernel has it.  A node that is
 * there already, or is gone already, is fine.  Each returns 0 or -errno; -EINVAL for a NAME
 * that cannot be a node ("control", "..").
 *
 * After a rename the new name is made, and the old one is left for libdevmapper to rename:
 * where both steps are done already, it takes the node of the new name away.
 */
int node_make(int dev_fd, const char *name, unsigned major, unsigned minor);
int node_remove(int dev_fd, const char *name);

/*
 * Answers a udev cookie (key 0x0d4d0000 | COOKIE) as udev would: its semaphore goes down by
 * one.  Returns 0; -ENOENT when nobody waits; or -errno.  Whoever calls it has told
 * libdevmapper DM_UEVENT_GENERATED.
 */
int udev_cookie_complete(unsigned cookie);

#endif
