/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/sampler.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/control/client.h"

#define PERIOD_MS   20
#define PATIENCE_NS (2 * NS_PER_S)

struct sampler {
	struct timeline *timeline; /* its samples and events are owned by the thread */
	const char *mount_point;
	uint64_t begin_ns;
	struct control_client *control; /* NULL: no rig is known */
	json_int_t events_from;
	uint64_t volume_bytes;
	pthread_t thread;

	/* Set by the main thread, read by the other; no data depends on it. */
	atomic_bool is_over;
};

static uint64_t now(const struct sampler *sampler)
{
	return clock_now_ns() - sampler->begin_ns;
}

static double gauge_of(const json_t *status, const char *name)
{
	const json_t *gauge = json_object_get(json_object_get(status, "gauges"), name);

	return json_number_value(json_object_get(gauge, "value"));
}

static void sample(struct sampler *sampler, const json_t *status)
{
	struct timeline_sample sample = {
		.at_ns = now(sampler),
		.values = {
			[TIMELINE_STORE] = gauge_of(status, "store.used"),
			[TIMELINE_MEMORY] = gauge_of(status, "memory.used"),
			[TIMELINE_DEPTH] = gauge_of(status, "chain.depth"),
			[TIMELINE_READ] = gauge_of(status, "read.offset"),
		},
	};

	sampler->volume_bytes = (uint64_t)json_integer_value(json_object_get(status, "size_bytes"));
	timeline_add_sample(sampler->timeline, &sample);
}

/* "snapshot s1, error EFBIG": the event's members besides its name, number and time. */
static char *event_text(const json_t *event)
{
	static const char *const keys[] = { "snapshot", "phase", "point", "action", "rule",
		"writer", "gauge", "error", "why", "code", "offset" };
	char *text = heap_copy("");

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const json_t *value = json_object_get(event, keys[i]);
		AUTO(auto_free) char *before = NULL;
		AUTO(auto_free)
		char *number = json_is_integer(value)
				       ? heap_format("%lld", (long long)json_integer_value(value))
				       : NULL;
		const char *its = number ? number : json_string_value(value);

		if (!its)
			continue;
		before = text;
		text = heap_format("%s%s%s %s", before, *before ? ", " : "", keys[i], its);
	}
	return text;
}

static void event_add(struct sampler *sampler, const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "event"));
	const json_t *offset = json_object_get(object, "offset");
	AUTO(auto_free) char *text = event_text(object);
	struct timeline_event event = {
		.at_ns = now(sampler),
		.name = (char *)name,
		.text = text,
		.has_place = offset && sampler->volume_bytes > 0,
	};

	if (!name)
		return;
	if (event.has_place)
		event.place = (double)json_integer_value(offset) / (double)sampler->volume_bytes;
	timeline_add_event(sampler->timeline, &event);
}

static void events_add(struct sampler *sampler, const json_t *answer)
{
	const char *lines = json_string_value(json_object_get(answer, "lines"));
	size_t length;

	for (const char *at = lines ? lines : ""; *at; at += length + (at[length] == '\n')) {
		length = strcspn(at, "\n");

		json_t *event = json_loadb(at, length, 0, NULL);

		event_add(sampler, event);
		json_decref(event);
	}
	sampler->events_from = json_integer_value(json_object_get(answer, "next"));
}

/* Sends COMMAND; returns NULL if the rig is gone or does not answer. */
static json_t *ask(struct sampler *sampler, const char *command, json_t *arguments)
{
	json_t *answer = NULL;

	if (control_client_call(sampler->control, command, arguments, PATIENCE_NS, &answer) == 0)
		return answer;
	control_client_destroy(TAKE_PTR(sampler->control));
	return NULL;
}

static void look(struct sampler *sampler)
{
	json_t *answer;

	if (!sampler->control) {
		sampler->events_from = 0;
		if (control_client_connect(sampler->mount_point, &sampler->control) < 0)
			return;
	}
	answer = ask(sampler, "status", NULL);
	if (!answer)
		return;
	sample(sampler, answer);
	json_decref(answer);
	answer = ask(sampler, "events", json_pack("{s:I}", "from", sampler->events_from));
	if (answer)
		events_add(sampler, answer);
	json_decref(answer);
}

static void *sampler_thread(void *context)
{
	struct sampler *sampler = context;

	while (!atomic_load(&sampler->is_over)) {
		look(sampler);
		poll(NULL, 0, PERIOD_MS);
	}
	look(sampler);
	control_client_destroy(sampler->control);
	return NULL;
}

struct sampler *sampler_start(struct timeline *timeline, const char *mount_point, uint64_t begin_ns)
{
	struct sampler *sampler = heap_new(sizeof *sampler);

	sampler->timeline = timeline;
	sampler->mount_point = mount_point;
	sampler->begin_ns = begin_ns;
	atomic_init(&sampler->is_over, false);
	if (pthread_create(&sampler->thread, NULL, sampler_thread, sampler) == 0)
		return sampler;
	free(sampler);
	return NULL;
}

void sampler_stop(struct sampler *sampler)
{
	if (!sampler)
		return;
	atomic_store(&sampler->is_over, true);
	pthread_join(sampler->thread, NULL);
	free(sampler);
}
