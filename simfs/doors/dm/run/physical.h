/* SPDX-License-Identifier: Apache-2.0 */
/* physical.h - the world's physical volume and volume group, and their shutdown. */
#ifndef SNAPRIG_DM_PHYSICAL_H
#define SNAPRIG_DM_PHYSICAL_H

struct world;

/* The node of the physical volume in the world: a partition, as no dm device has that major. */
#define PHYSICAL_NAME "sda1"

/* Creates its disk and block device, and adds it to the model.  Returns 0 or -errno. */
int physical_add(struct world *world);

/* The real tools create the group, or activate it.  Returns 0 or -errno, after their messages. */
int physical_make_group(struct world *world);

/*
 * The last process has ended: resumes suspended devices, and unmounts everything in the world's
 * namespace, as long as that takes only a moment.
 */
void physical_leave(struct world *world);

#endif
