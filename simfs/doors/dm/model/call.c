/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/model/call.h"

#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "simfs/doors/dm/model/call_steps.h"
#include "simfs/doors/dm/model/internal.h"

/* Uses only the header: the data after it is neither read nor written. */
#define HEADER_ONLY 1
/* Uses no name and no uuid, or accepts both. */
#define NAMES_FREE 2
/* Names a device to be created. */
#define NEW_NAME 4

/* Of Linux 6.1, like those of the targets (table.c), whatever headers this is built with. */
#define VERSION_MAJOR	   4
#define VERSION_MINOR	   47
#define VERSION_PATCHLEVEL 0

struct ioctl_type {
	const char *name;
	dm_step *begin;
	unsigned int traits;
};

static const struct ioctl_type types[] = {
	[DM_VERSION_CMD] = { "version", NULL, 0 },
	[DM_REMOVE_ALL_CMD] = { "remove-all", dm_remove_all, HEADER_ONLY | NAMES_FREE },
	[DM_LIST_DEVICES_CMD] = { "list-devices", dm_list_devices, NAMES_FREE },
	[DM_DEV_CREATE_CMD] = { "create", dm_create, HEADER_ONLY | NEW_NAME },
	[DM_DEV_REMOVE_CMD] = { "remove", dm_remove, HEADER_ONLY },
	[DM_DEV_RENAME_CMD] = { "rename", dm_rename, 0 },
	[DM_DEV_SUSPEND_CMD] = { "suspend", dm_suspend_or_resume, HEADER_ONLY },
	[DM_DEV_STATUS_CMD] = { "status", dm_status, HEADER_ONLY },
	[DM_DEV_WAIT_CMD] = { "wait", dm_wait, 0 },
	[DM_TABLE_LOAD_CMD] = { "table-load", dm_load, 0 },
	[DM_TABLE_CLEAR_CMD] = { "table-clear", dm_clear, HEADER_ONLY },
	[DM_TABLE_DEPS_CMD] = { "table-deps", dm_deps, 0 },
	[DM_TABLE_STATUS_CMD] = { "table-status", dm_table_status, 0 },
	[DM_LIST_VERSIONS_CMD] = { "list-versions", dm_list_versions, NAMES_FREE },
	[DM_TARGET_MSG_CMD] = { "message", dm_message, 0 },
	[DM_DEV_SET_GEOMETRY_CMD] = { "set-geometry", dm_geometry, 0 },
	[DM_DEV_ARM_POLL_CMD] = { "arm-poll", dm_arm_poll, HEADER_ONLY },
	[DM_GET_TARGET_VERSION_CMD] = { "target-version", dm_target_version, 0 },
};

static const struct ioctl_type *ioctl_type(unsigned int nr)
{
	return nr < sizeof types / sizeof *types ? &types[nr] : NULL;
}

const char *dm_ioctl_name(unsigned int nr)
{
	const struct ioctl_type *type = ioctl_type(nr);
	return type ? type->name : NULL;
}

/* ---- reading from the caller ------------------------------------------------ */

/* The header, filled as far as LENGTH goes. */
static struct dm_ioctl header_of(const void *start, size_t length)
{
	struct dm_ioctl header;

	memset(&header, 0, sizeof header);
	if (length > 0)
		memcpy(&header, start, length < DM_HEADER_BYTES ? length : DM_HEADER_BYTES);
	return header;
}

static bool version_is_ours(const struct dm_ioctl *header)
{
	return header->version[0] == VERSION_MAJOR && header->version[1] <= VERSION_MINOR;
}

size_t dm_call_wants(unsigned int nr, const void *start, size_t length)
{
	struct dm_ioctl header = header_of(start, length);
	const struct ioctl_type *type = ioctl_type(nr);

	if (length < sizeof header.version)
		return sizeof header.version;
	if (!version_is_ours(&header) || !type || !type->begin)
		return length;
	if (length < DM_HEADER_BYTES)
		return DM_HEADER_BYTES;
	if (type->traits & HEADER_ONLY || header.data_size > DM_DATA_MAX)
		return length;
	return header.data_size > length ? header.data_size : length;
}

/* ---- beginning ------------------------------------------------------------- */

static int end_at_once(struct dm_call *call, int error)
{
	call->ended = true;
	call->error = error;
	return error;
}

/* The driver's version is always written back. */
static int begin_version(struct dm_call *call)
{
	bool ours = version_is_ours(call->param);

	call->param->version[0] = VERSION_MAJOR;
	call->param->version[1] = VERSION_MINOR;
	call->param->version[2] = VERSION_PATCHLEVEL;
	call->answer = sizeof call->param->version;
	return ours ? 0 : -EINVAL;
}

/* Terminates the header's names, after checking that they are allowed. */
static int begin_names(struct dm_call *call, const struct ioctl_type *type)
{
	struct dm_ioctl *param = call->param;

	if (type->traits & NEW_NAME) {
		if (!*param->name)
			return -EINVAL;
	} else if (!(type->traits & NAMES_FREE) && *param->uuid && *param->name) {
		return -EINVAL;
	}
	param->name[DM_NAME_LEN - 1] = '\0';
	param->uuid[DM_UUID_LEN - 1] = '\0';
	return 0;
}

static int begin_params(struct dm_call *call, const struct ioctl_type *type)
{
	struct dm_ioctl *param = call->param;

	MUST(call->length >= DM_HEADER_BYTES);
	if (param->data_size < DM_HEADER_BYTES)
		return -EINVAL;
	if (type->traits & HEADER_ONLY)
		param->data_size = DM_HEADER_BYTES;
	if (param->data_size > DM_DATA_MAX)
		return -ENOMEM;

	MUST(call->length >= param->data_size);
	call->length = param->data_size;
	call->flags = param->flags;
	call->event_nr = param->event_nr;
	param->flags &= ~(uint32_t)(DM_BUFFER_FULL_FLAG | DM_UEVENT_GENERATED_FLAG |
				    DM_SECURE_DATA_FLAG | DM_DATA_OUT_FLAG);

	int error = begin_names(call, type);
	param->data_size = DM_HEADER_BYTES;
	return error;
}

static int begin(struct dm_call *call)
{
	const struct ioctl_type *type = ioctl_type(call->nr);
	int error = begin_version(call);

	if (error)
		return end_at_once(call, error);
	if (!type)
		return end_at_once(call, -ENOTTY);
	if (!type->begin)
		return end_at_once(call, 0);

	error = begin_params(call, type);
	if (error)
		return end_at_once(call, error);
	call->then = type->begin;
	return 0;
}

/* Remembers the device's name; nothing is known if the ioctl looks it up in another way. */
static void begin_device_name(struct dm_call *call)
{
	const struct dm_ioctl *param = call->param;
	const struct dm_device *device = NULL;

	if (call->ended)
		return;
	if (*param->name) {
		memcpy(call->device_name, param->name, sizeof call->device_name);
		return;
	}
	if (*param->uuid)
		device = dm_model_find_uuid(call->model, param->uuid);
	else if (major(param->dev) == DM_MAJOR)
		device = dm_model_find_minor(call->model, minor(param->dev));
	if (device)
		dm_copy_text(call->device_name, sizeof call->device_name, device->name);
}

struct dm_call *dm_call_begin(
	struct dm_model *model, unsigned int nr, void *buffer, size_t length, void *caller)
{
	struct dm_call *call = calloc(1, sizeof *call);
	if (!call)
		return NULL;

	call->model = model;
	call->nr = nr;
	call->param = buffer;
	call->length = length;
	call->caller = caller;
	MUST(length >= sizeof call->param->version);
	begin(call);
	begin_device_name(call);
	return call;
}

struct dm_call *dm_call_begin_sweep(struct dm_model *model)
{
	struct dm_call *call = calloc(1, sizeof *call);
	if (!call)
		return NULL;

	call->model = model;
	call->sweep = true;
	call->then = dm_sweep;
	return call;
}

void dm_call_fail(struct dm_call *call, int error)
{
	MUST(error < 0 && call->effect.kind == DM_EFFECT_NONE);
	if (!call->ended)
		end_at_once(call, error);
}

const char *dm_call_ioctl(const struct dm_call *call)
{
	if (call->sweep)
		return "sweep";
	if (call->nr == DM_DEV_SUSPEND_CMD && !(call->flags & DM_SUSPEND_FLAG))
		return "resume";
	return dm_ioctl_name(call->nr) ?: "unknown";
}

const char *dm_call_device(const struct dm_call *call)
{
	return call->device_name;
}

uint32_t dm_call_event_nr(const struct dm_call *call)
{
	return call->event_nr;
}

void dm_call_uevent(struct dm_call *call)
{
	if (!call->sweep && call->answer >= DM_HEADER_BYTES)
		call->param->flags |= DM_UEVENT_GENERATED_FLAG;
}

/* ---- progress -------------------------------------------------------------- */

static void finish(struct dm_call *call, int error)
{
	call->ended = true;
	call->error = error;
	/* REMOVE_ALL sets it to 0: nothing is written back. */
	if (!error && !call->sweep && call->param->data_size)
		call->answer = call->param->data_size;
}

/* An effect is in progress from when it is returned until the next step, or the end. */
static void note_performing(struct dm_call *call)
{
	enum dm_effect_kind kind = call->effect.kind;

	if (kind == DM_EFFECT_TURN || kind == DM_EFFECT_WAIT)
		return;
	call->performed_on = dm_device_get(call->effect.device);
	call->performed_on->performing++;
}

static void note_performed(struct dm_call *call)
{
	if (!call->performed_on)
		return;
	call->performed_on->performing--;
	dm_device_put(call->performed_on);
	call->performed_on = NULL;
}

struct dm_effect *dm_call_next(struct dm_call *call)
{
	note_performed(call);
	while (!call->ended) {
		dm_step *step = call->then;

		call->then = NULL;
		if (!step) {
			finish(call, 0);
			break;
		}
		call->asked = false;
		int error = step(call);
		if (error) {
			finish(call, error);
		} else if (call->asked) {
			note_performing(call);
			return &call->effect;
		}
	}
	return NULL;
}

static void give_turns_back(struct dm_call *call)
{
	if (!call->device)
		return;
	if (call->device->turn == call)
		call->device->turn = NULL;
	if (call->device->load_turn == call)
		call->device->load_turn = NULL;
}

/* Drops a table that failed or was replaced: it holds no device open any more. */
static void let_go(struct dm_call *call, struct dm_table *table)
{
	struct dm_device *device = call->device;

	if (!table)
		return;
	if (device->coming == table)
		device->coming = NULL;
	if (list_is_linked(&table->link) && table != device->active && table != device->inactive) {
		dm_table_drop(table);
		dm_model_changed(call->model);
	}
	dm_table_put(table);
}

int dm_call_end(struct dm_call *call, size_t *length)
{
	int error = call->ended ? call->error : -EINTR;

	*length = call->answer;
	note_performed(call);
	give_turns_back(call);
	let_go(call, call->table);
	let_go(call, call->old);
	dm_table_put(call->view);
	if (call->device && call->device->life == DM_UNBORN)
		dm_device_bury(call->device);
	dm_device_put(call->device);
	for (unsigned int i = 0; i < call->resolved_count; i++)
		free(call->resolved[i].path);
	free(call->resolved);
	free(call);
	return error;
}
