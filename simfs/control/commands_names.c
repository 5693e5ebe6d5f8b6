/* SPDX-License-Identifier: Apache-2.0 */
/* commands_names.c - suggests a similar name when nothing in the volume has the requested one. */
#include <errno.h>

#include "simfs/base/suggest.h"
#include "simfs/control/commands_internal.h"

#define NAMES_MAX 256 /* the most names considered */

/* Refuses with "no WHAT 'NAME'" and the nearest `name` among OBJECTS (stolen). */
static void refuse(struct control_request *request, const char *what, const char *name,
	json_t *objects, const char *list_command)
{
	char hint[SUGGEST_HINT_BYTES], otherwise[SUGGEST_HINT_BYTES];
	const char *names[NAMES_MAX];
	size_t count = 0, index;
	json_t *object;

	json_array_foreach(objects, index, object)
	{
		const char *known = json_string_value(json_object_get(object, "name"));

		if (known && count < NAMES_MAX)
			names[count++] = known;
	}
	if (json_array_size(objects) == 0)
		snprintf(otherwise, sizeof otherwise, "there is none");
	else
		snprintf(otherwise, sizeof otherwise, "'snaprig %s' prints them", list_command);
	control_request_refuse(request, -ENOENT, "no %s '%s' (%s)", what, name,
		suggest_hint(name, names, count, otherwise, hint));
	json_decref(objects);
}

bool commands_snapshot(struct control_request *request, struct volume *volume, const char *name,
	struct snapshot **ret)
{
	struct snapshot *snapshot = NULL;

	*ret = volume_snapshot_find(volume, name);
	if (!*ret) {
		json_t *all = json_array();

		while ((snapshot = volume_snapshot_next(volume, snapshot)))
			json_array_append_new(
				all, json_pack("{s:s}", "name", snapshot_name(snapshot)));
		refuse(request, "snapshot", name, all, "snapshot list MNT");
	}
	return *ret;
}

void commands_refuse_writer(
	struct control_request *request, struct volume *volume, const char *name)
{
	json_t *answer = volume_writers_json(volume);
	json_t *all = json_incref(json_object_get(answer, "writers"));

	json_decref(answer);
	refuse(request, "writer", name, all, "writers list MNT");
}

void commands_refuse_fault(struct control_request *request, struct volume *volume, const char *name)
{
	refuse(request, "fault", name, volume_fault_list(volume), "fault list MNT");
}
