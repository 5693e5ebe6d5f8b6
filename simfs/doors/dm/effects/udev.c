/* SPDX-License-Identifier: Apache-2.0 */
/* udev.c - see udev.h. */
#include "simfs/doors/dm/effects/udev.h"

#include <string.h>

#include "simfs/doors/dm/effects/effects_internal.h"
#include "simfs/doors/dm/machine/nodes.h"
#include "simfs/doors/dm/model/call.h"
#include "simfs/doors/dm/world/world.h"

static bool is_left_to_udev(const struct dm_call *call)
{
	static const char *const ioctls[] = { "resume", "remove", "rename" };

	/* For other ioctls event_nr is a number of events. */
	for (size_t i = 0; i < sizeof(ioctls) / sizeof(*ioctls); i++)
		if (strcmp(dm_call_ioctl(call), ioctls[i]) == 0)
			return dm_call_event_nr(call) >> 16 & NODES_UDEV_MAKES_THEM;
	/* A deferred removal happens without a caller, so no caller removes the node. */
	return strcmp(dm_call_ioctl(call), "sweep") == 0;
}

void udev_play(struct world *world, const struct dm_call *call, const struct dm_effect *effect)
{
	int dev_fd = world->effects->dev_fd;

	if (effect->result < 0 || !is_left_to_udev(call))
		return;
	/* A name that cannot be a node has none, as with the real udev. */
	if (effect->kind == DM_EFFECT_RELEASE)
		(void)node_make(dev_fd, effect->name, LOOP_DEVICE_MAJOR, effect->device->minor);
	else if (effect->kind == DM_EFFECT_DESTROY)
		(void)node_remove(dev_fd, effect->name);
	if (effect->kind == DM_EFFECT_RENAME) {
		(void)node_make(dev_fd, effect->new_name, LOOP_DEVICE_MAJOR, effect->device->minor);
		(void)node_remove(dev_fd, effect->name);
	}
}
