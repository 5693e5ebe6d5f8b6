/* SPDX-License-Identifier: Apache-2.0 */
/* state.c - see state.h. */
#include "simfs/doors/dm/commands/state.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "simfs/doors/dm/machine/loops.h"
#include "simfs/doors/dm/model/device.h"
#include "simfs/doors/dm/processes/inhabitants.h"
#include "simfs/doors/dm/world/world.h"

/* The devices below TABLE, each once. */
static json_t *tell_refs(const struct dm_table *table)
{
	json_t *names = json_array();
	for (unsigned i = 0; table && i < table->ref_count; i++) {
		const struct dm_ref *ref = &table->refs[i];
		char number[32];
		snprintf(number, sizeof(number), "%u:%u", ref->major, ref->minor);
		json_array_append_new(names, json_string(ref->device ? ref->device->name : number));
	}
	return names;
}

static json_t *tell_targets(const struct dm_table *table)
{
	json_t *names = json_array();
	for (unsigned i = 0; table && i < table->target_count; i++)
		json_array_append_new(
			names, json_string(dm_target_type(table->targets[i].kind)->name));
	return names;
}

/* "?" for text that is not UTF-8: JSON cannot hold it. */
static json_t *text_or_mark(const char *text)
{
	json_t *value = json_string(text);
	return value ? value : json_string("?");
}

static json_t *tell_device(const struct dm_device *device)
{
	char number[MOUNT_DEVICE_BYTES];
	snprintf(number, sizeof(number), "%u:%u", LOOP_DEVICE_MAJOR, device->minor);
	return json_pack("{s:o, s:o, s:s, s:o, s:o, s:b, s:b}", "name", text_or_mark(device->name),
		"uuid", text_or_mark(device->uuid), "number", number, "targets",
		tell_targets(device->active), "on", tell_refs(device->active), "suspended",
		device->suspended, "mounted", 0);
}

/* Marks the device that ENTRY is mounted from. */
static bool mark_mounted(pid_t pid, const struct mount_entry *entry, void *context)
{
	(void)pid;
	json_t *devices = context, *device;
	size_t at;
	json_array_foreach(devices, at, device)
	{
		const char *number = json_string_value(json_object_get(device, "number"));
		if (number && strcmp(number, entry->device) == 0)
			json_object_set_new(device, "mounted", json_true());
	}
	return true;
}

json_t *world_state(struct world *world, pid_t pid)
{
	json_t *devices = json_array();
	pthread_mutex_lock(&world->lock);
	for (struct dm_device *at = dm_model_next(world->model, NULL); at;
		at = dm_model_next(world->model, at))
		json_array_append_new(devices, tell_device(at));
	pthread_mutex_unlock(&world->lock);
	if (pid && json_array_size(devices))
		inhabitant_walk_mounts(pid, mark_mounted, devices);
	return json_pack("{s:o}", "devices", devices);
}
