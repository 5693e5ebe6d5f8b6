/* SPDX-License-Identifier: Apache-2.0 */
/* physical.h - the physical volume of a world, its volume group, and how both are left. */
#ifndef SNAPRIG_DM_PHYSICAL_H
#define SNAPRIG_DM_PHYSICAL_H

struct world;

/* The node of the physical volume in the world: a partition, as no dm device has that major. */
#define PHYSICAL_NAME "sda1"

/* Makes it a disk, a block device, and known to the model.  0 or -errno. */
int physical_add(struct world *world);

/* The real tools make the group, or activate it.  0 or -errno, after what they said. */
int physical_make_group(struct world *world);

/*
 * The last process has ended: what is suspended goes on, and what is mounted in the
 * world's namespace is unmounted with it, as long as that takes no longer than a moment.
 */
void physical_leave(struct world *world);

#endif
