/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nodes.h - the nodes in /dev/mapper that libdevmapper leaves to udev (effects/udev.h).
 */
#ifndef SNAPRIG_DM_NODES_H
#define SNAPRIG_DM_NODES_H

/* In the upper half of event_nr of a resume, remove or rename: udev makes the nodes. */
#define NODES_UDEV_MAKES_THEM 0x20u

/*
 * DEV_FD is /dev of the world.  NAME is a dm device's, as the kernel has it.  A node that is
 * there already, or is gone already, is fine.  Each returns 0 or -errno; -EINVAL for a NAME
 * that cannot be a node ("control", "..").
 */
int node_make(int dev_fd, const char *name, unsigned major, unsigned minor);
int node_remove(int dev_fd, const char *name);

#endif
