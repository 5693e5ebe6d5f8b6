/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - the volume as JSON, and in the format of the imitated driver. */
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/volume/changed.h"
#include "simfs/volume/core.h"
#include "simfs/volume/io.h"
#include "simfs/volume/life.h"
#include "simfs/volume/measure.h"

static json_t *limit_json(uint64_t limit_bytes)
{
	return limit_bytes ? json_integer((json_int_t)limit_bytes) : json_null();
}

json_t *snapshot_status(const struct snapshot *snapshot)
{
	struct profile_snapshot facts = snapshot_for_profile(snapshot);
	bool failed = snapshot->state != SNAPSHOT_ACTIVE;
	const char *failed_state = snapshot->profile->failed_state;
	char native[128];

	snapshot->profile->native(&facts, native, sizeof native);

	json_t *object = json_pack("{s:s, s:s, s:o, s:s, s:I, s:o, s:I, s:{s:I, s:o, s:I, s:I}}",
		"name", snapshot->name, "state",
		!failed && facts.is_dormant   ? "dormant"
		: !failed		      ? "active"
		: snapshot_is_stale(snapshot) ? "stale"
		: failed_state		      ? failed_state
					      : "failed",
		"error", failed ? json_string(error_name(snapshot->error)) : json_null(), "native",
		native, "block_bytes", (json_int_t)facts.block_bytes, "changed_blocks",
		failed ? json_null() : json_integer((json_int_t)snapshot_changed_blocks(snapshot)),
		"created", (json_int_t)snapshot_created_seconds(snapshot), "store", "used_bytes",
		(json_int_t)snapshot->profile->used_bytes(&facts), "limit_bytes",
		limit_json(facts.limit_bytes), "blocks", (json_int_t)facts.blocks_taken,
		"file_bytes",
		(json_int_t)(snapshot->store ? store_file_bytes(snapshot->store) : 0));

	if (snapshot->tracks_only)
		json_object_set_new(object, "tracks_only", json_true());
	if (snapshot->volume->lvm)
		json_object_set_new(
			object, "attached", json_boolean(!failed && !snapshot->is_detached));
	if (snapshot->has_overflowed)
		json_object_set_new(object, "overflowed", json_true());
	json_object_set_new(
		object, "reads", read_counts_json(&snapshot->reads, &snapshot->progress));
	if (object && snapshot->volume->topology->snapshot_status)
		snapshot->volume->topology->snapshot_status(snapshot, object);
	return object;
}

static json_t *snapshots_json(struct volume *volume)
{
	json_t *array = json_array();

	for (struct snapshot *at = volume_snapshot_next(volume, NULL); at;
		at = volume_snapshot_next(volume, at))
		json_array_append_new(array, snapshot_status(at));
	return array;
}

/* JSON is UTF-8, but a path may be anything. */
static json_t *path_json(const char *path)
{
	json_t *text = path ? json_string(path) : NULL;

	return text ? text : json_null();
}

/* A share as a number from 0 to 1, a time in seconds, other values unchanged. */
static json_t *gauge_number(enum gauge gauge, uint64_t value)
{
	switch (gauge_at(gauge)->unit) {
	case GAUGE_SHARE:
		return json_real((double)value / 1000000);
	case GAUGE_TIME:
		return json_real((double)value / NS_PER_S);
	case GAUGE_BYTES:
	case GAUGE_NUMBER:
		break;
	}
	return json_integer((json_int_t)value);
}

static json_t *gauge_json(const struct gauges *gauges, enum gauge gauge)
{
	return json_pack("{s:o, s:b}", "value", gauge_number(gauge, gauge_value(gauges, gauge)),
		"feigned", (int)gauges->is_feigned[gauge]);
}

static json_t *gauges_json(struct volume *volume)
{
	const struct gauges *gauges = volume_gauges(volume);
	const char *source = volume_memory_source_name(volume);
	json_t *object = json_object();

	for (size_t i = 0; i < GAUGE_COUNT; i++)
		json_object_set_new(object, gauge_at(i)->name, gauge_json(gauges, (enum gauge)i));
	if (source)
		json_object_set_new(json_object_get(object, gauge_at(GAUGE_MEMORY_USED)->name),
			"source", path_json(source));
	return object;
}

static json_t *counters_json(const struct volume *volume)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "live_reads", volume->counters.live_reads },
		{ "live_read_bytes", volume->counters.live_read_bytes },
		{ "live_writes", volume->counters.live_writes },
		{ "live_written_bytes", volume->counters.live_written_bytes },
		{ "live_discards", volume->counters.live_discards },
		{ "live_discarded_bytes", volume->counters.live_discarded_bytes },
		{ "live_flushes", volume->counters.live_flushes },
		{ "blocks_preserved", volume->counters.blocks_preserved },
		{ "snapshot_reads", volume->counters.snapshot_reads },
		{ "snapshot_read_bytes", volume->counters.snapshot_read_bytes },
		{ "snapshot_writes", volume->counters.snapshot_writes },
		{ "snapshot_written_bytes", volume->counters.snapshot_written_bytes },
		{ "snapshot_read_errors", volume->counters.snapshot_read_errors },
		{ "snapshot_read_retries", volume->counters.snapshot_read_retries },
	};
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		json_object_set_new(object, rows[i].name, json_integer((json_int_t)rows[i].value));
	return object;
}

static json_t *journal_json(struct journal *journal)
{
	/* Formats fired faults first, which may push out the oldest events. */
	journal_tell(journal);
	return json_pack("{s:I, s:I, s:I}", "events", (json_int_t)journal->sequence, "dropped",
		(json_int_t)journal->dropped_count, "lost", (json_int_t)journal->lost_count);
}

json_t *volume_status(struct volume *volume)
{
	const struct volume_options *options = &volume->options;

	json_t *object = json_pack(
		"{s:i, s:I, s:o, s:s?, s:s, s:s?, s:I, s:s, s:b, s:b, s:I, s:f, s:o, "
		"s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"schema_version", VOLUME_STATUS_VERSION, "time_ns",
		(json_int_t)(clock_now_ns() - volume->journal.start_ns), "image",
		path_json(options->image), "image_changed",
		volume->image.why[0] ? volume->image.why : NULL, "profile", options->profile->name,
		"transport", options->transport, "size_bytes", (json_int_t)volume_bytes(volume),
		"state", "active", "writes_held", (int)!list_empty(&volume->barriers), "durable",
		(int)options->durable, "seed", (json_int_t)options->seed, "time_scale",
		(double)clock_scale() / 1000, "gauges", gauges_json(volume), "snapshots",
		snapshots_json(volume), "counters", counters_json(volume), "io", io_json(volume),
		"faults", volume_fault_list(volume), "writers", writers_status(volume), "dead_set",
		writers_dead_set(volume), "journal", journal_json(&volume->journal));

	if (object && volume->topology->status)
		volume->topology->status(volume, object);
	if (object && options->add_status)
		options->add_status(options->context, object);
	return object;
}

const struct profile *volume_profile(const struct volume *volume)
{
	return volume->options.profile;
}

const struct text_log *volume_kernel_log(const struct volume *volume)
{
	return &volume->kernel_log;
}

struct journal *volume_journal(struct volume *volume)
{
	return &volume->journal;
}
