/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_list.c - ioctls that list: devices, and the versions of targets.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "simfs/doors/dm/model/call_steps.h"
#include "simfs/doors/dm/model/internal.h"

static size_t aligned(size_t bytes)
{
	return (bytes + 7) & ~(size_t)7;
}

/* ---- devices --------------------------------------------------------------- */

/* The names in the header are prefixes of those wanted. */
static bool is_listed(const struct dm_call *call, const struct dm_device *device)
{
	const char *name = call->param->name, *uuid = call->param->uuid;

	return strncmp(device->name, name, strnlen(name, DM_NAME_LEN)) == 0 &&
	       strncmp(device->uuid, uuid, strnlen(uuid, DM_UUID_LEN)) == 0;
}

/* The next device by name: the order of the kernel's list. */
static struct dm_device *next_by_name(const struct dm_call *call, const struct dm_device *after)
{
	struct dm_device *at = NULL, *found = NULL;

	while ((at = dm_model_next(call->model, at)))
		if (is_listed(call, at) && (!after || strcmp(at->name, after->name) > 0) &&
			(!found || strcmp(at->name, found->name) < 0))
			found = at;
	return found;
}

static size_t entry_bytes(const struct dm_call *call, const struct dm_device *device)
{
	size_t bytes = aligned(offsetof(struct dm_name_list, name) + strlen(device->name) + 1);

	bytes += 2 * sizeof(uint32_t);
	if (call->flags & DM_UUID_FLAG && *device->uuid)
		bytes += aligned(strlen(device->uuid) + 1);
	return bytes;
}

static void put_entry(
	const struct dm_call *call, const struct dm_device *device, bool last, char *at)
{
	const size_t name_at = offsetof(struct dm_name_list, name);
	size_t bytes = entry_bytes(call, device);
	uint64_t dev = dm_encode(DM_MAJOR, device->minor);
	uint32_t next = last ? 0 : (uint32_t)bytes;
	uint32_t tail[2] = { device->event_nr, 0 };

	if (call->flags & DM_UUID_FLAG)
		tail[1] = *device->uuid ? DM_NAME_LIST_FLAG_HAS_UUID
					: DM_NAME_LIST_FLAG_DOESNT_HAVE_UUID;
	memset(at, 0, bytes);
	memcpy(at + offsetof(struct dm_name_list, dev), &dev, sizeof dev);
	memcpy(at + offsetof(struct dm_name_list, next), &next, sizeof next);
	memcpy(at + name_at, device->name, strlen(device->name) + 1);
	at += aligned(name_at + strlen(device->name) + 1);
	memcpy(at, tail, sizeof tail);
	if (tail[1] & DM_NAME_LIST_FLAG_HAS_UUID)
		memcpy(at + sizeof tail, device->uuid, strlen(device->uuid) + 1);
}

int dm_list_devices(struct dm_call *call)
{
	size_t room, needed = 0;
	char *result = dm_call_result(call, &room);
	struct dm_device *at = NULL;
	const uint64_t none = 0;

	while ((at = next_by_name(call, at)))
		needed += entry_bytes(call, at);
	if (room < needed || room < sizeof none) {
		dm_call_full(call);
		return 0;
	}
	call->param->data_size = call->param->data_start + (uint32_t)needed;
	memcpy(result, &none, sizeof none);

	for (at = next_by_name(call, NULL); at;) {
		struct dm_device *next = next_by_name(call, at);

		put_entry(call, at, !next, result);
		result += entry_bytes(call, at);
		at = next;
	}
	return 0;
}

/* ---- versions -------------------------------------------------------------- */

/* The type registered last in the kernel comes first. */
static const enum dm_target_kind kinds[] = {
	DM_SNAPSHOT_MERGE,
	DM_SNAPSHOT_ORIGIN,
	DM_SNAPSHOT,
	DM_DELAY,
	DM_ZERO,
	DM_STRIPED,
	DM_LINEAR,
	DM_ERROR,
};
#define KINDS (sizeof kinds / sizeof *kinds)
_Static_assert(KINDS == DM_TARGET_KINDS, "every kind is listed");

static size_t version_bytes(const struct dm_target_type *type)
{
	return sizeof(struct dm_target_versions) + strlen(type->name) + 1;
}

static int list_versions(struct dm_call *call, const enum dm_target_kind *list, size_t count)
{
	size_t room, needed = 0;
	char *at = dm_call_result(call, &room);

	for (size_t i = 0; i < count; i++)
		needed += version_bytes(dm_target_type(list[i])) + 7;
	if (room < needed) {
		dm_call_full(call);
		return 0;
	}
	call->param->data_size = call->param->data_start + (uint32_t)needed;
	memset(at, 0, needed);

	for (size_t i = 0; i < count; i++) {
		const struct dm_target_type *type = dm_target_type(list[i]);
		size_t bytes = aligned(version_bytes(type));
		struct dm_target_versions head = {
			.next = i + 1 < count ? (uint32_t)bytes : 0,
			.version = { type->version[0], type->version[1], type->version[2] },
		};

		memcpy(at, &head, sizeof head);
		memcpy(at + sizeof head, type->name, strlen(type->name) + 1);
		at += bytes;
	}
	return 0;
}

int dm_list_versions(struct dm_call *call)
{
	return list_versions(call, kinds, KINDS);
}

int dm_target_version(struct dm_call *call)
{
	int kind = dm_target_kind_of(call->param->name);

	return kind < 0 ? kind : list_versions(call, &(enum dm_target_kind){ kind }, 1);
}
