/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_remove.c - removes devices: one, all of them, or deferred ones.
 */
#include <errno.h>
#include <string.h>

#include "simfs/doors/dm/model/call_steps.h"
#include "simfs/doors/dm/model/internal.h"

/* ---- one ------------------------------------------------------------------- */

static int remove_busy(struct dm_call *call)
{
	if (!(call->flags & DM_DEFERRED_REMOVE))
		return -EBUSY;

	call->device->deferred = true;
	return 0;
}

/* Effects in progress must end first: AGAIN then retries. */
static void ask_destroy(struct dm_call *call, dm_step *again, dm_step *then)
{
	struct dm_device *device = call->device;

	if (device->performing) {
		dm_ask(call, DM_EFFECT_TURN, again)->going = true;
		return;
	}
	struct dm_effect *effect = dm_ask(call, DM_EFFECT_DESTROY, then);
	effect->from = device->active;
	effect->to = device->inactive;
	device->life = DM_DYING;
	dm_model_event(device);
}

/* If it could not be destroyed, it stays as it was. */
static int bury(struct dm_call *call)
{
	struct dm_device *device = call->device;

	if (call->effect.result < 0) {
		device->life = DM_ALIVE;
		return call->effect.result;
	}
	device->turn = NULL;
	dm_device_bury(device);
	return 0;
}

static int removed(struct dm_call *call)
{
	int error = bury(call);

	if (error)
		return error == -EBUSY ? remove_busy(call) : error;
	call->param->flags &= ~(uint32_t)DM_DEFERRED_REMOVE;
	return 0;
}

static int remove_in_turn(struct dm_call *call)
{
	if (call->effect.kind == DM_EFFECT_TURN && call->effect.result < 0)
		return call->effect.result;
	if (dm_device_opens(call->device))
		return remove_busy(call);

	ask_destroy(call, remove_in_turn, removed);
	return 0;
}

static int remove_counted(struct dm_call *call)
{
	if (call->effect.result == 0)
		call->device->outside = call->effect.count;
	if (call->device->outside)
		return remove_busy(call);
	return dm_call_turn(call, false, remove_in_turn);
}

int dm_remove(struct dm_call *call)
{
	int error = dm_call_find(call);

	if (error)
		return error;
	if (dm_device_opens(call->device))
		return remove_busy(call);

	dm_ask(call, DM_EFFECT_COUNT, remove_counted);
	return 0;
}

/* ---- many ------------------------------------------------------------------ */

/* Each device is examined once a round; after a removal, those below it may go, too. */
static void next_round(struct dm_call *call)
{
	call->round = ++call->model->rounds;
}

static void forget_device(struct dm_call *call)
{
	if (!call->device)
		return;
	if (call->device->turn == call)
		call->device->turn = NULL;
	dm_device_put(call->device);
	call->device = NULL;
}

static int next_victim(struct dm_call *call);

/* It stays: it is open. */
static int spare(struct dm_call *call)
{
	if (!call->sweep && call->flags & DM_DEFERRED_REMOVE)
		call->device->deferred = true;
	call->then = next_victim;
	return 0;
}

static int victim_destroyed(struct dm_call *call)
{
	if (bury(call))
		return spare(call);

	next_round(call);
	call->then = next_victim;
	return 0;
}

static int victim_in_its_turn(struct dm_call *call)
{
	if (call->effect.kind == DM_EFFECT_TURN && call->effect.result < 0)
		return call->effect.result;
	if (dm_device_opens(call->device))
		return spare(call);

	ask_destroy(call, victim_in_its_turn, victim_destroyed);
	return 0;
}

static int victim_in_turn(struct dm_call *call)
{
	if (call->effect.kind == DM_EFFECT_TURN && call->effect.result < 0)
		return call->effect.result;
	if (dm_call_is_late(call)) {
		call->then = next_victim;
		return 0;
	}
	if (call->device->turn) {
		dm_ask(call, DM_EFFECT_TURN, victim_in_turn);
		return 0;
	}
	call->device->turn = call;
	call->then = victim_in_its_turn;
	return 0;
}

static int victim_counted(struct dm_call *call)
{
	if (call->effect.result == 0)
		call->device->outside = call->effect.count;
	if (call->device->outside)
		return spare(call);

	call->effect.loading = false;
	call->then = victim_in_turn;
	return 0;
}

static int next_victim(struct dm_call *call)
{
	struct dm_device *at = NULL;

	forget_device(call);
	while ((at = dm_model_next(call->model, at))) {
		if (at->swept == call->round || (call->sweep && !at->deferred))
			continue;

		at->swept = call->round;
		dm_call_take(call, at);
		if (dm_device_opens(at))
			return spare(call);

		dm_ask(call, DM_EFFECT_COUNT, victim_counted);
		return 0;
	}
	return 0;
}

int dm_sweep(struct dm_call *call)
{
	next_round(call);
	call->then = next_victim;
	return 0;
}

/* Writes nothing back, not even a header. */
int dm_remove_all(struct dm_call *call)
{
	call->param->data_size = 0;
	return dm_sweep(call);
}
