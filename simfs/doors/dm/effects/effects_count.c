/* SPDX-License-Identifier: Apache-2.0 */
/*
 * effects_count.c - how often devices are open.
 *
 * Finding out who has a device open means a scan of all processes of the machine, which takes
 * longer than the ioctl that asks.  A command of LVM asks dozens of times, for one device after
 * another, mostly without basing a decision on it.  So one scan covers all devices, and stays valid
 * for a moment.
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/doors/dm/effects/effects_internal.h"
#include "simfs/doors/dm/world/world.h"

/* No user who runs a program to find out is faster. */
#define RECENT_NS (20 * NS_PER_MS)

struct look {
	struct opens_device *devices;
	size_t count, room;
};

static void auto_look(struct look *look)
{
	free(look->devices);
}

static int look_add(struct look *look, const struct carrier *carrier)
{
	if (look->count == look->room) {
		size_t room = look->room ? 2 * look->room : 16;
		void *larger = realloc(look->devices, room * sizeof(*look->devices));
		if (!larger)
			return -ENOMEM;
		look->devices = larger;
		look->room = room;
	}
	look->devices[look->count++] = carrier_device(carrier);
	return 0;
}

static int look_add_all(struct look *look, struct carriers *carriers)
{
	for (struct carrier *at = carriers_next(carriers, NULL); at;
		at = carriers_next(carriers, at)) {
		int error = look_add(look, at);
		if (error) {
			carriers_leave(carriers, at);
			return error;
		}
	}
	return 0;
}

static const struct opens_device *look_find(const struct look *look, const struct carrier *carrier)
{
	for (size_t i = 0; i < look->count; i++)
		if (look->devices[i].minor == carrier->loop.minor)
			return &look->devices[i];
	return NULL;
}

/* Since the scan, carriers may have been removed and added. */
static void look_tell(const struct look *look, struct carriers *carriers, uint64_t now_ns)
{
	for (struct carrier *at = carriers_next(carriers, NULL); at;
		at = carriers_next(carriers, at)) {
		const struct opens_device *found = look_find(look, at);
		if (found)
			carriers_tell(carriers, &at->openings, now_ns, found->openings);
	}
}

static int count_openings(
	struct world *world, const struct carrier *carrier, bool recent, unsigned *ret)
{
	struct carriers *carriers = &world->effects->carriers;
	uint64_t now_ns = clock_now_ns();
	if (recent && carriers_told(carriers, &carrier->openings, now_ns - RECENT_NS, ret))
		return 0;

	AUTO(auto_look) struct look look = { 0 };
	int error = recent ? look_add_all(&look, carriers) : look_add(&look, carrier);
	if (!error)
		error = opens_look(world->dev_device, look.devices, look.count, 0);
	if (error)
		return error;
	look_tell(&look, carriers, now_ns);
	*ret = look_find(&look, carrier)->openings;
	return 0;
}

static int count_mounts(
	struct world *world, struct carrier *carrier, bool recent, unsigned openings, unsigned *ret)
{
	struct carriers *carriers = &world->effects->carriers;
	uint64_t now_ns = clock_now_ns();
	if (recent && carriers_told(carriers, &carrier->mounts, now_ns - RECENT_NS, ret))
		return 0;

	struct opens_device device = carrier_device(carrier);
	device.openings = openings;
	int mounts = opens_mounts(world->dev_device, &device);
	if (mounts < 0)
		return mounts;
	*ret = (unsigned)mounts;
	carriers_tell(carriers, &carrier->mounts, now_ns, *ret);
	return 0;
}

int effects_count(struct world *world, struct carrier *carrier, bool recent, unsigned *ret)
{
	unsigned openings, mounts;
	int error = count_openings(world, carrier, recent, &openings);
	if (!error)
		error = count_mounts(world, carrier, recent, openings, &mounts);
	if (!error)
		*ret = openings + mounts;
	return error;
}
