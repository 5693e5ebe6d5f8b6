/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_steps.c - steps that several ioctls share.
 */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "simfs/doors/dm/model/call_steps.h"
#include "simfs/doors/dm/model/internal.h"

static const char *const effect_names[DM_EFFECT_KINDS] = {
	[DM_EFFECT_NONE] = "none",
	[DM_EFFECT_TURN] = "turn",
	[DM_EFFECT_WAIT] = "wait",
	[DM_EFFECT_RESOLVE] = "resolve",
	[DM_EFFECT_CREATE] = "create",
	[DM_EFFECT_PREPARE] = "prepare",
	[DM_EFFECT_QUIESCE] = "quiesce",
	[DM_EFFECT_ACTIVATE] = "activate",
	[DM_EFFECT_RELEASE] = "release",
	[DM_EFFECT_DISCARD] = "discard",
	[DM_EFFECT_RENAME] = "rename",
	[DM_EFFECT_DESTROY] = "destroy",
	[DM_EFFECT_COUNT] = "count",
	[DM_EFFECT_STATUS] = "status",
};

const char *dm_effect_name(enum dm_effect_kind kind)
{
	return effect_names[kind];
}

bool dm_effect_waits(const struct dm_effect *effect)
{
	const struct dm_device *device = effect->device;

	if (effect->result < 0)
		return false;
	if (effect->kind == DM_EFFECT_TURN && effect->going)
		return device->performing > 0;
	if (effect->kind == DM_EFFECT_TURN)
		return effect->loading ? device->load_turn != NULL : device->turn != NULL;
	return effect->kind == DM_EFFECT_WAIT && device->event_nr == effect->event_nr;
}

struct dm_effect *dm_ask(struct dm_call *call, enum dm_effect_kind kind, dm_step *then)
{
	struct dm_effect *effect = &call->effect;
	struct dm_device *device = call->device;

	effect->kind = kind;
	effect->result = 0;
	effect->caller = call->caller;
	effect->device = device;
	dm_copy_text(effect->name, sizeof effect->name, device->name);
	dm_copy_text(effect->uuid, sizeof effect->uuid, device->uuid);
	effect->from = effect->to = NULL;
	effect->target = NULL;
	effect->freeze = effect->flush = effect->read_only = effect->minor_fixed = false;
	effect->of_table = effect->going = false;
	effect->major = effect->minor = effect->count = 0;
	effect->status[0] = '\0';
	call->asked = true;
	call->then = then;
	return effect;
}

/* ---- finding --------------------------------------------------------------- */

uint64_t dm_encode(unsigned int major, unsigned int minor)
{
	/* As in a node's stat; the kernel's huge encoding is the same for these numbers. */
	return makedev(major, minor);
}

void dm_call_take(struct dm_call *call, struct dm_device *device)
{
	MUST(!call->device);
	call->device = dm_device_get(device);
}

static struct dm_device *find(const struct dm_call *call)
{
	const struct dm_ioctl *param = call->param;

	if (*param->uuid)
		return *param->name || param->dev ? NULL
						  : dm_model_find_uuid(call->model, param->uuid);
	if (*param->name)
		return param->dev ? NULL : dm_model_find_name(call->model, param->name);
	if (param->dev && major(param->dev) == DM_MAJOR)
		return dm_model_find_minor(call->model, minor(param->dev));
	return NULL;
}

int dm_call_find(struct dm_call *call)
{
	struct dm_ioctl *param = call->param;
	struct dm_device *device = find(call);

	if (!device)
		return -ENXIO;

	dm_call_take(call, device);
	dm_copy_text(param->name, sizeof param->name, device->name);
	dm_copy_text(param->uuid, sizeof param->uuid, device->uuid);
	param->flags &= ~(uint32_t)DM_INACTIVE_PRESENT_FLAG;
	if (device->inactive)
		param->flags |= DM_INACTIVE_PRESENT_FLAG;
	return 0;
}

/* ---- turns ----------------------------------------------------------------- */

bool dm_call_is_late(const struct dm_call *call)
{
	return call->device->life != DM_ALIVE;
}

static int take_turn(struct dm_call *call)
{
	struct dm_device *device = call->device;
	const struct dm_call **turn = call->effect.loading ? &device->load_turn : &device->turn;

	if (call->effect.kind == DM_EFFECT_TURN && call->effect.result < 0)
		return call->effect.result;
	if (dm_call_is_late(call))
		return -ENXIO;
	if (*turn) {
		dm_ask(call, DM_EFFECT_TURN, take_turn);
		return 0;
	}
	*turn = call;
	call->then = call->after;
	return 0;
}

int dm_call_turn(struct dm_call *call, bool loading, dm_step *after)
{
	call->after = after;
	call->effect.loading = loading;
	call->then = take_turn;
	return 0;
}

/* ---- reporting ------------------------------------------------------------- */

struct dm_table *dm_call_view(const struct dm_call *call)
{
	const struct dm_device *device = call->device;

	return call->flags & DM_QUERY_INACTIVE_TABLE_FLAG ? device->inactive : device->active;
}

static void tell(struct dm_call *call)
{
	const uint32_t answered = DM_SUSPEND_FLAG | DM_READONLY_FLAG | DM_ACTIVE_PRESENT_FLAG |
				  DM_INTERNAL_SUSPEND_FLAG;
	const struct dm_device *device = call->device;
	const struct dm_table *view = dm_call_view(call);
	struct dm_ioctl *param = call->param;
	bool read_only = view && (view == device->active ? device->read_only : view->read_only);

	param->flags &= ~answered;
	if (device->suspended)
		param->flags |= DM_SUSPEND_FLAG;
	if (device->deferred)
		param->flags |= DM_DEFERRED_REMOVE;
	if (device->active)
		param->flags |= DM_ACTIVE_PRESENT_FLAG;
	if (read_only)
		param->flags |= DM_READONLY_FLAG;
	param->dev = dm_encode(DM_MAJOR, device->minor);
	param->open_count = (int32_t)(dm_device_opens(device) + device->outside);
	param->event_nr = device->event_nr;
	param->target_count = view ? view->target_count : 0;
}

void dm_call_tell_new(struct dm_call *call)
{
	tell(call);
}

static int tell_counted(struct dm_call *call)
{
	if (call->effect.result == 0)
		call->device->outside = call->effect.count;
	tell(call);
	call->then = call->after;
	return 0;
}

/* A caller that ignores the open count gets the last one; so does a late call. */
int dm_call_tell(struct dm_call *call, dm_step *after)
{
	if (call->flags & DM_SKIP_BDGET_FLAG || dm_call_is_late(call)) {
		tell(call);
		call->then = after;
		return 0;
	}
	call->after = after;
	/* These two only report it in passing. */
	dm_ask(call, DM_EFFECT_COUNT, tell_counted)->recent = call->nr == DM_TABLE_DEPS_CMD ||
							      call->nr == DM_TABLE_STATUS_CMD;
	return 0;
}

/* ---- the data after the header ---------------------------------------------- */

char *dm_call_result(struct dm_call *call, size_t *room)
{
	const size_t start = sizeof *call->param;

	_Static_assert(sizeof(struct dm_ioctl) % 8 == 0, "results are aligned");
	call->param->data_start = (uint32_t)start;
	*room = call->length > start ? call->length - start : 0;
	return (char *)call->param + start;
}

void dm_call_full(struct dm_call *call)
{
	call->param->flags |= DM_BUFFER_FULL_FLAG;
}

char *dm_call_text(struct dm_call *call, size_t offset)
{
	size_t start = call->param->data_start + offset;

	if (start < DM_HEADER_BYTES || start >= call->length)
		return NULL;

	char *text = (char *)call->param + start;
	return memchr(text, '\0', call->length - start) ? text : NULL;
}
