/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_device.c - ioctls about a device and not about its tables.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/sysmacros.h>

#include "simfs/doors/dm/model/call_steps.h"
#include "simfs/doors/dm/model/internal.h"

#define MINORS (1U << 20)

/* ---- create ---------------------------------------------------------------- */

/* It becomes the name of a node next to the control node. */
static int check_name(const char *name)
{
	if (strchr(name, '/') || strcmp(name, DM_CONTROL_NODE) == 0 || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0)
		return -EINVAL;
	return 0;
}

static int created(struct dm_call *call)
{
	if (call->effect.result < 0)
		return call->effect.result;

	dm_device_bear(call->device, call->effect.minor);
	call->param->flags &= ~(uint32_t)DM_INACTIVE_PRESENT_FLAG;
	dm_call_tell_new(call);
	return 0;
}

int dm_create(struct dm_call *call)
{
	const struct dm_ioctl *param = call->param;
	bool fixed = call->flags & DM_PERSISTENT_DEV_FLAG;
	int error = check_name(param->name);

	if (error)
		return error;
	if (dm_model_name_taken(call->model, param->name) ||
		(*param->uuid && dm_model_uuid_taken(call->model, param->uuid)))
		return -EBUSY;
	if (fixed && minor(param->dev) >= MINORS)
		return -EINVAL;
	if (fixed && dm_model_find_minor(call->model, minor(param->dev)))
		return -EBUSY;

	struct dm_device *device = dm_device_create(call->model, param->name, param->uuid);
	if (!device)
		return -ENOMEM;

	call->device = device;
	struct dm_effect *effect = dm_ask(call, DM_EFFECT_CREATE, created);
	effect->minor_fixed = fixed;
	effect->minor = fixed ? minor(param->dev) : 0;
	return 0;
}

/* ---- rename ---------------------------------------------------------------- */

/* Only a device with an active table has waiters. */
static void note_change(struct dm_call *call)
{
	if (call->device->active)
		dm_model_event(call->device);
	dm_model_changed(call->model);
}

static int renamed(struct dm_call *call)
{
	return dm_call_tell(call, NULL);
}

static int set_uuid(struct dm_call *call, const char *uuid)
{
	struct dm_device *device = call->device;

	if (*device->uuid)
		return -EINVAL;

	dm_copy_text(device->uuid, sizeof device->uuid, uuid);
	note_change(call);
	return dm_call_tell(call, NULL);
}

static int set_name(struct dm_call *call, const char *name)
{
	struct dm_device *device = call->device;
	struct dm_effect *effect = dm_ask(call, DM_EFFECT_RENAME, renamed);

	dm_copy_text(effect->new_name, sizeof effect->new_name, name);
	dm_copy_text(device->name, sizeof device->name, name);
	note_change(call);
	return 0;
}

/* A device is found by its name only, whatever else the header contains. */
int dm_rename(struct dm_call *call)
{
	bool uuid = call->flags & DM_UUID_FLAG;
	const char *text = dm_call_text(call, 0);

	if (!text || !*text || strlen(text) > (uuid ? DM_UUID_LEN : DM_NAME_LEN) - 1)
		return -EINVAL;
	if (!uuid && check_name(text))
		return -EINVAL;
	if (uuid ? dm_model_uuid_taken(call->model, text) : dm_model_name_taken(call->model, text))
		return -EBUSY;

	struct dm_device *device = dm_model_find_name(call->model, call->param->name);
	if (!device)
		return -ENXIO;

	dm_call_take(call, device);
	return uuid ? set_uuid(call, text) : set_name(call, text);
}

/* ---- ioctls that change nothing --------------------------------------------- */

int dm_status(struct dm_call *call)
{
	int error = dm_call_find(call);

	return error ? error : dm_call_tell(call, NULL);
}

static int waited(struct dm_call *call)
{
	if (call->effect.kind == DM_EFFECT_WAIT && call->effect.result < 0)
		return call->effect.result;
	return dm_call_tell(call, dm_retrieve_status);
}

int dm_wait(struct dm_call *call)
{
	int error = dm_call_find(call);

	if (error)
		return error;
	if (call->device->event_nr == call->event_nr)
		dm_ask(call, DM_EFFECT_WAIT, waited)->event_nr = call->event_nr;
	else
		call->then = waited;
	return 0;
}

/* Our control node cannot be polled. */
int dm_arm_poll(struct dm_call *call)
{
	(void)call;
	return 0;
}

/* Checked, then ignored: no partition table uses it any more. */
int dm_geometry(struct dm_call *call)
{
	unsigned long cylinders, heads, sectors, start;
	char more;
	int error = dm_call_find(call);

	if (error)
		return error;

	const char *text = dm_call_text(call, 0);
	if (!text ||
		sscanf(text, "%lu %lu %lu %lu%c", &cylinders, &heads, &sectors, &start, &more) != 4)
		return -EINVAL;
	if (cylinders > 65535 || heads > 255 || sectors > 255 ||
		start > cylinders * heads * sectors)
		return -EINVAL;
	call->param->data_size = 0;
	return 0;
}

/* None of our targets takes messages; the driver itself takes one. */
int dm_message(struct dm_call *call)
{
	int error = dm_call_find(call);

	if (error)
		return error;

	char *words[2], *text = dm_call_text(call, offsetof(struct dm_target_msg, message));
	if (!text || dm_split(text, words, 2) != 1 ||
		strcasecmp(words[0], "@cancel_deferred_remove") != 0)
		return -EINVAL;

	call->device->deferred = false;
	return dm_call_tell(call, NULL);
}
