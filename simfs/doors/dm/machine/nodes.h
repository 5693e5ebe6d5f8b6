/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nodes.h - the nodes in /dev/mapper that libdevmapper leaves to udev (effects/udev.h).
 */
#ifndef SNAPRIG_DM_NODES_H
#define SNAPRIG_DM_NODES_H

/* In the upper half of event_nr of a resume, remove or rename: udev makes the nodes. */
#define NODES_UDEV_MAKES_THEM 0x20u

/*
 * DEV_FD is the world's /dev.  NAME is a dm device's name in the kernel.  A node that exists
 * already, or is gone already, is fine.  Each returns 0 or -errno; -EINVAL for a NAME that cannot
 * be a node ("control", "..").
 */
int node_make(int dev_fd, const char *name, unsigned major, unsigned minor);
int node_remove(int dev_fd, const char *name);

#endif
