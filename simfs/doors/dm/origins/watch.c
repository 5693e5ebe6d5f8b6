/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"
#include "simfs/doors/dm/origins/rules.h"

#define FAILED_EVENT "snapshot.failed"
#define FIRED_EVENT  "fault.fired"

/* The device that shows snapshot NAME of ORIGIN, with a reference, or NULL. */
static struct dm_device *shown_by(struct origin *origin, const char *name)
{
	struct origins *origins = origin->origins;
	struct dm_device *device = NULL;

	pthread_mutex_lock(&origins->lock);
	list_for_each (link, &origins->areas) {
		struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);

		if (area->origin == origin && area->device && strcmp(area->name, name) == 0)
			device = dm_device_get(area->device);
	}
	pthread_mutex_unlock(&origins->lock);
	return device;
}

static void read_line(struct origin *origin, const char *line, size_t length)
{
	json_t *event = json_loadb(line, length, 0, NULL);
	const char *kind = json_string_value(json_object_get(event, "event"));
	const char *name = json_string_value(json_object_get(event, "snapshot"));

	if (kind && name && strcmp(kind, FAILED_EVENT) == 0) {
		struct dm_device *device = shown_by(origin, name);

		if (device) {
			origin->origins->order.event(origin->origins->order.context, device);
			dm_device_put(device);
		}
	}
	if (kind && strcmp(kind, FIRED_EVENT) == 0 && origin->rules)
		rules_struck(origin->rules, event);
	json_decref(event);
}

static void read_lines(struct origin *origin, const char *lines)
{
	const char *end;

	for (; (end = strchr(lines, '\n')); lines = end + 1)
		read_line(origin, lines, (size_t)(end - lines));
}

/* Reads the journal from *FROM on, once.  Returns 0, or -errno: no more will come. */
static int read_on(struct origin *origin, json_int_t *from, bool wait, bool *ret_any)
{
	const struct patience patience = { .stopping = &origin->leaving };
	json_t *answer = NULL;
	int error = backing_call(origin->backing, "events",
		json_pack("{s:I, s:b}", "from", *from, "wait", wait), &patience, &answer);

	if (error < 0)
		return error;

	const char *lines = json_string_value(json_object_get(answer, "lines"));

	*from = json_integer_value(json_object_get(answer, "next"));
	*ret_any = lines && *lines;
	if (wait && lines)
		read_lines(origin, lines);
	json_decref(answer);
	return 0;
}

static void *watch(void *argument)
{
	struct origin *origin = argument;
	bool any;

	while (read_on(origin, &origin->watched_from, true, &any) == 0)
		;
	return NULL;
}

int origin_watch(struct origin *origin)
{
	bool any = true;
	int error = 0;

	/* Earlier events were reported at the time. */
	while (error == 0 && any)
		error = read_on(origin, &origin->watched_from, false, &any);
	if (error == 0)
		error = -pthread_create(&origin->watcher, NULL, watch, origin);
	origin->is_watched = error == 0;
	return error;
}

void origin_unwatch(struct origin *origin)
{
	atomic_store(&origin->leaving, true);
	if (origin->is_watched)
		pthread_join(origin->watcher, NULL);
	origin->is_watched = false;
}
