/* SPDX-License-Identifier: Apache-2.0 */
/* effects.c - see effects.h: the effects, each by a function of its own. */
#include "simfs/doors/dm/effects/effects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/disks/disks.h"
#include "simfs/doors/dm/effects/effects_internal.h"
#include "simfs/doors/dm/machine/freeze.h"
#include "simfs/doors/dm/machine/last_close.h"
#include "simfs/doors/dm/model/call.h"
#include "simfs/doors/dm/origins/origins.h"
#include "simfs/doors/dm/processes/caller.h"
#include "simfs/doors/dm/processes/resolve.h"
#include "simfs/doors/dm/world/world.h"

static int do_resolve(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	(void)world;
	if (!caller)
		return -ENODEV;
	return resolve_block_device(caller->pid, effect->path, &effect->major, &effect->minor);
}

static int do_create(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	(void)caller;
	uint64_t disk = effect->device->disk;
	int error = disks_create(world->disks, disk);
	if (error)
		return error;

	struct loop_device loop;
	error = effects_attach(world, disk, effect->minor_fixed ? effect->minor : LOOP_ANY, &loop);
	if (!error) {
		error = carriers_add(&world->effects->carriers, disk, &loop);
		if (error)
			loop_release(&loop);
	}
	if (error) {
		disks_remove(world->disks, disk);
		return error;
	}
	effect->minor = loop.minor;
	return 0;
}

static int do_prepare(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	(void)caller;
	return origins_prepare(world->origins, effect);
}

/* Freezes the file system on the carrier, unless it cannot freeze or is frozen already. */
static int freeze_file_system(
	struct world *world, struct carrier *carrier, const struct dm_effect *effect)
{
	if (!opens_is_claimed(carrier->loop.fd))
		return 0;
	AUTO(auto_close)
	int fd = opens_file_system(
		world->dev_device, LOOP_DEVICE_MAJOR, carrier->loop.minor, effect->name);
	if (fd < 0)
		return 0;
	int error = freezer_freeze(world->freezer, fd, &carrier->frozen);
	return error == -EINTR || error == -EIO ? error : 0;
}

static int quiesce(struct world *world, struct carrier *carrier, const struct dm_effect *effect)
{
	int error = 0;
	if (effect->freeze)
		error = freeze_file_system(world, carrier, effect);
	/* A frozen file system has written its data. */
	if (!error && effect->flush && !carrier->frozen && last_close_is_due(carrier->loop.fd)) {
		error = freezer_sync(world->freezer, carrier->loop.fd);
		if (error != -EINTR)
			error = 0; /* a device error does not prevent the suspend */
	}
	if (!error)
		error = disks_hold(world->disks, effect->device->disk);
	if (error) {
		frozen_thaw(carrier->frozen);
		carrier->frozen = NULL;
	}
	return error;
}

static int do_quiesce(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	struct carrier *carrier = carriers_find(&world->effects->carriers, effect->device->minor);
	struct patience_wait wait;
	patience_begin(world->effects->patience, &wait, caller);
	int error = quiesce(world, carrier, effect);
	patience_end(world->effects->patience, &wait);
	if (!error)
		carriers_hold(&world->effects->carriers, carrier, true);
	return error;
}

static int make_read_only(struct world *world, struct carrier *carrier, bool read_only)
{
	if (read_only && !carrier->read_only)
		return freezer_read_only(world->freezer, carrier->loop.fd, &carrier->read_only);
	if (!read_only) {
		frozen_thaw(carrier->read_only);
		carrier->read_only = NULL;
	}
	return 0;
}

static int do_activate(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	(void)caller;
	struct carrier *carrier = carriers_find(&world->effects->carriers, effect->device->minor);
	int error = origins_activate(world->origins, effect);
	uint64_t sectors = dm_table_size(effect->to);
	if (!error && sectors != carrier->sectors)
		error = loop_resize(&carrier->loop);
	if (!error) {
		carrier->sectors = sectors;
		error = make_read_only(world, carrier, effect->read_only);
	}
	return error;
}

static int do_release(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	(void)caller;
	struct carrier *carrier = carriers_find(&world->effects->carriers, effect->device->minor);
	disks_release(world->disks, effect->device->disk);
	carriers_hold(&world->effects->carriers, carrier, false);
	frozen_thaw(carrier->frozen);
	carrier->frozen = NULL;
	return 0;
}

static int do_discard(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	(void)caller;
	origins_discard(world->origins, effect);
	return 0;
}

static int do_rename(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	(void)caller;
	origins_rename(world->origins, effect);
	return 0;
}

/* The device may be removed while a caller asks: then it is not open. */
static int do_count(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	(void)caller;
	struct carriers *carriers = &world->effects->carriers;
	struct carrier *carrier = carriers_use(carriers, effect->device->disk);
	if (!carrier) {
		effect->count = 0;
		return 0;
	}
	int error = effects_count(world, carrier, effect->recent, &effect->count);
	carriers_leave(carriers, carrier);
	return error;
}

static int do_destroy(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	(void)caller;
	struct carriers *carriers = &world->effects->carriers;
	struct carrier *carrier = carriers_find(carriers, effect->device->minor);
	/* It was counted a moment ago; a file system may have been mounted since. */
	if (opens_is_claimed(carrier->loop.fd))
		return -EBUSY;

	struct loop_device loop = carrier->loop;
	struct frozen *frozen = carrier->frozen, *read_only = carrier->read_only;
	/* Dirty data of a suspended device cannot be written, and no process waits for it. */
	if (!carrier->held)
		last_close_now(carrier->loop.fd);
	origins_destroy(world->origins, effect);
	disks_remove(world->disks, effect->device->disk);
	carriers_remove(carriers, carrier);
	frozen_thaw(frozen);
	frozen_thaw(read_only);
	loop_release(&loop);
	return 0;
}

static int do_status(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	(void)caller;
	if (!effect->of_table)
		effects_settle(world, 0);
	origins_status(world->origins, effect);
	return 0;
}

typedef int perform(struct world *world, const struct caller *caller, struct dm_effect *effect);

static perform *const performers[DM_EFFECT_KINDS] = {
	[DM_EFFECT_RESOLVE] = do_resolve,
	[DM_EFFECT_CREATE] = do_create,
	[DM_EFFECT_PREPARE] = do_prepare,
	[DM_EFFECT_QUIESCE] = do_quiesce,
	[DM_EFFECT_ACTIVATE] = do_activate,
	[DM_EFFECT_RELEASE] = do_release,
	[DM_EFFECT_DISCARD] = do_discard,
	[DM_EFFECT_RENAME] = do_rename,
	[DM_EFFECT_DESTROY] = do_destroy,
	[DM_EFFECT_COUNT] = do_count,
	[DM_EFFECT_STATUS] = do_status,
};

void effect_perform(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	MUST(effect->kind < DM_EFFECT_KINDS && performers[effect->kind]);
	effect->result = performers[effect->kind](world, caller, effect);
}
