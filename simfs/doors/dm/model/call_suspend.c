/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_suspend.c - one ioctl, two directions: a device holds its I/O, or continues, with its
 * inactive table if it has one.
 */
#include <errno.h>

#include "simfs/doors/dm/model/call_steps.h"
#include "simfs/doors/dm/model/internal.h"

/* A file system is frozen only if one may exist, and only if dirty data is written, too. */
static void ask_quiesce(struct dm_call *call, dm_step *then)
{
	struct dm_effect *effect = dm_ask(call, DM_EFFECT_QUIESCE, then);

	effect->flush = !(call->flags & DM_NOFLUSH_FLAG);
	effect->freeze = effect->flush && !(call->flags & DM_SKIP_LOCKFS_FLAG) &&
			 call->device->active;
}

/* ---- suspend --------------------------------------------------------------- */

static int suspended(struct dm_call *call)
{
	if (call->effect.result < 0)
		return call->effect.result;

	call->device->suspended = true;
	dm_model_changed(call->model);
	return dm_call_tell(call, NULL);
}

/* A device without a table is suspended, too: its users rely on the flag. */
static int suspend_in_turn(struct dm_call *call)
{
	if (call->device->suspended)
		return dm_call_tell(call, NULL);

	ask_quiesce(call, suspended);
	return 0;
}

/* ---- resume ---------------------------------------------------------------- */

static int resume_failed(struct dm_call *call)
{
	return call->failure;
}

/* The inactive table is lost, and the device stays suspended. */
static int give_up(struct dm_call *call, int error)
{
	call->failure = error;
	call->device->coming = NULL;
	dm_ask(call, DM_EFFECT_DISCARD, resume_failed)->to = call->table;
	return 0;
}

static int old_discarded(struct dm_call *call)
{
	return dm_call_tell(call, NULL);
}

static int released(struct dm_call *call)
{
	call->device->suspended = false;
	dm_model_changed(call->model);
	if (!call->old)
		return dm_call_tell(call, NULL);

	dm_ask(call, DM_EFFECT_DISCARD, old_discarded)->from = call->old;
	return 0;
}

static int activated(struct dm_call *call)
{
	struct dm_device *device = call->device;

	if (call->effect.result < 0)
		return give_up(call, call->effect.result);

	call->old = device->active ? dm_table_get(device->active) : NULL;
	device->active = call->table;
	device->coming = NULL;
	device->read_only = call->table->read_only;
	dm_model_changed(call->model);
	dm_ask(call, DM_EFFECT_RELEASE, released);
	return 0;
}

static int swap(struct dm_call *call)
{
	struct dm_device *device = call->device;
	int error = dm_table_loops(device, call->table);

	if (!error)
		error = dm_table_fits(call->table);
	if (error)
		return give_up(call, error);

	device->coming = call->table;
	struct dm_effect *effect = dm_ask(call, DM_EFFECT_ACTIVATE, activated);
	effect->from = device->active;
	effect->to = call->table;
	effect->read_only = call->table->read_only;
	return 0;
}

static int quiesced_for_swap(struct dm_call *call)
{
	if (call->effect.result < 0)
		return give_up(call, call->effect.result);

	call->device->suspended = true;
	return swap(call);
}

static int resume_in_turn(struct dm_call *call)
{
	struct dm_device *device = call->device;

	call->param->flags &= ~(uint32_t)DM_INACTIVE_PRESENT_FLAG;
	if (device->inactive) {
		call->table = dm_table_get(device->inactive);
		device->inactive = NULL;
		if (device->suspended)
			return swap(call);
		ask_quiesce(call, quiesced_for_swap);
		return 0;
	}
	if (!device->suspended)
		return dm_call_tell(call, NULL);
	if (!device->active)
		return -EINVAL;

	dm_ask(call, DM_EFFECT_RELEASE, released);
	return 0;
}

int dm_suspend_or_resume(struct dm_call *call)
{
	int error = dm_call_find(call);

	if (error)
		return error;
	return dm_call_turn(
		call, false, call->flags & DM_SUSPEND_FLAG ? suspend_in_turn : resume_in_turn);
}
