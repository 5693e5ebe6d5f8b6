/* SPDX-License-Identifier: Apache-2.0 */
/* journal.c - facts that only the rig's journal contains. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/files.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/vss_codes.h"

struct journal_reading {
	struct journal_facts facts;
	bool must_not_retry; /* a writer has said so, and no set has begun since */
};

static bool is_non_retryable(const json_t *event)
{
	const char *code = json_string_value(json_object_get(event, "code"));
	const struct vss_code *row = code ? vss_code_find(code) : NULL;

	return row && !row->retry;
}

/* Refused for lack of room, because of a long chain, or because a set is in progress. */
static bool is_of_the_volume(const json_t *refusal)
{
	const char *error = json_string_value(json_object_get(refusal, "error"));
	int number = error ? error_from_name(error) : 0;

	return number == -ENOSPC || number == -EMLINK || number == -EBUSY;
}

static void place_read(struct journal_facts *facts, const json_t *offset)
{
	if (facts->has_place || !offset)
		return;
	facts->has_place = true;
	facts->place_bytes = (uint64_t)json_integer_value(offset);
}

static void event_read(void *context, const json_t *event)
{
	struct journal_reading *reading = context;
	const char *name = json_string_value(json_object_get(event, "event"));

	if (!name)
		return;
	if (strcmp(name, "fault.fired") == 0) {
		place_read(&reading->facts, json_object_get(event, "offset"));
	} else if (strcmp(name, "writer.failed") == 0) {
		reading->facts.has_failed = true;
		reading->must_not_retry = reading->must_not_retry || is_non_retryable(event);
	} else if (strcmp(name, "writers.aborted") == 0 || strcmp(name, "snapshot.failed") == 0) {
		reading->facts.has_failed = true;
	} else if (strcmp(name, "snapshot.refused") == 0) {
		reading->facts.has_failed |= is_of_the_volume(event);
	} else if (strcmp(name, "writers.begun") == 0 && reading->must_not_retry) {
		reading->facts.retried_non_retryable = true;
	}
}

static void lines_walk(
	const char *lines, void (*each)(void *context, const json_t *event), void *context)
{
	size_t length;

	for (const char *at = lines; *at; at += length + (at[length] == '\n')) {
		length = strcspn(at, "\n");

		json_t *event = json_loadb(at, length, 0, NULL);

		each(context, event);
		json_decref(event);
	}
}

int journal_walk(struct run *run, json_int_t *from,
	void (*each)(void *context, const json_t *event), void *context, struct reason *reason)
{
	bool is_end = false;

	while (!is_end) {
		json_t *answer = NULL;
		int error = rig_call(
			run->rig, "events", json_pack("{s:I}", "from", *from), reason, &answer);

		if (error < 0)
			return error;

		const char *lines = json_string_value(json_object_get(answer, "lines"));

		is_end = !lines || !*lines;
		lines_walk(is_end ? "" : lines, each, context);
		*from = json_integer_value(json_object_get(answer, "next"));
		json_decref(answer);
	}
	return 0;
}

int journal_look(
	struct run *run, json_int_t *from, struct journal_facts *ret, struct reason *reason)
{
	struct journal_reading reading = { 0 };
	int error = journal_walk(run, from, event_read, &reading, reason);

	if (error == 0)
		*ret = reading.facts;
	return error;
}

void journal_keep(struct run *run)
{
	if (!run->options->record_path)
		return;

	AUTO(auto_free) char *before = run->journal;
	AUTO(auto_free) char *path = heap_format("%s/.snaprig/events.jsonl", run->mount_point);
	AUTO(auto_free) char *text = file_text(path);

	run->journal = text ? heap_format("%s%s", before ? before : "", text) : TAKE_PTR(before);
}
