/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/journal_bench.h"

#include <check.h>
#include <string.h>

#include "tests/unit/fault_bench.h"

void journal_bench_open(void)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES }, false);
	engine_settle(&bench_engine);
}

void journal_bench_add(size_t bytes)
{
	json_t *text = json_sprintf("%0*d", (int)bytes, 0);

	journal_add(volume_journal(bench_engine.volume), 1, EVENT_PHASE,
		json_pack("{s:o}", "phase", text));
}

unsigned journal_bench_read_file(const char *name, json_t *events)
{
	uint64_t size;
	const char *at = (const char *)memory_disk_bytes(bench_engine.disk, name, &size);
	const char *end = at ? at + size : NULL;
	unsigned others = 0;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		json_t *event = json_loadb(at, (size_t)(stop - at), 0, NULL);

		others += !event || !newline;
		if (event)
			json_array_append_new(events, event);
		at = stop + 1;
	}
	return others;
}

json_t *journal_bench_events(void)
{
	json_t *events = json_array();

	ck_assert_uint_eq(journal_bench_read_file(EVENT_FILE_OLD, events), 0);
	ck_assert_uint_eq(journal_bench_read_file(EVENT_FILE, events), 0);
	return events;
}

const char *journal_bench_name(const json_t *event)
{
	return json_string_value(json_object_get(event, "event"));
}

uint64_t journal_bench_number(const json_t *event)
{
	return (uint64_t)json_integer_value(json_object_get(event, "sequence"));
}

void journal_bench_expect(const json_t *events, size_t index, const char *last)
{
	size_t count = json_array_size(events);

	ck_assert_uint_gt(count, index);
	for (size_t i = index + 1; i < count; i++)
		ck_assert_uint_eq(journal_bench_number(json_array_get(events, i)),
			journal_bench_number(json_array_get(events, i - 1)) + 1);
	ck_assert_str_eq(journal_bench_name(json_array_get(events, count - 1)), last);
}

size_t journal_bench_last_mount(const json_t *events)
{
	size_t index = json_array_size(events);

	while (index-- > 0)
		if (journal_bench_number(json_array_get(events, index)) == 1)
			return index;
	ck_abort_msg("no mount has begun");
	return 0;
}

uint64_t journal_bench_bytes(const char *name)
{
	uint64_t size = 0;

	memory_disk_bytes(bench_engine.disk, name, &size);
	return size;
}
