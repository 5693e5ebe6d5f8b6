/* SPDX-License-Identifier: Apache-2.0 */
/* gauges.c - measures the volume's gauges, and acts on the one that a profile guards. */
#include <errno.h>

#include "simfs/base/clock.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/measure.h"
#include "simfs/volume/way.h"

/*
 * The real drivers query the available memory at every write. Here that means reading a file,
 * so a value is reused for this long; a feigned value takes effect at once.
 */
#define MEMORY_SAMPLE_NS (100 * NS_PER_MS)

/* The bytes that count against limits, and the highest share used, in one pass. */
static void measure_stores(struct volume *volume)
{
	uint64_t bytes = 0, used_per_million = 0;

	list_for_each (at, &volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);
		struct profile_snapshot facts = snapshot_for_profile(snapshot);
		uint64_t used = snapshot->profile->used_bytes(&facts);

		/* Its blocks are counted for the snapshot that it is kept for. */
		if (snapshot->is_kept)
			continue;
		bytes += used;
		if (facts.limit_bytes > 0) {
			facts.blocks_taken = facts.area_blocks;
			used = snapshot->profile->used_bytes(&facts);

			uint64_t share = (uint64_t)((unsigned __int128)used * 1000000 /
						    facts.limit_bytes);

			if (share > used_per_million)
				used_per_million = share;
		}
	}
	gauge_measure(&volume->gauges, GAUGE_STORE_BYTES, bytes);
	gauge_measure(&volume->gauges, GAUGE_STORE_USED, used_per_million);
}

static void measure_progress(struct volume *volume)
{
	uint64_t most = 0;

	list_for_each (at, &volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);
		uint64_t share = progress_share(&snapshot->progress);

		if (!snapshot->is_kept && share > most)
			most = share;
	}
	gauge_measure(&volume->gauges, GAUGE_READ_PROGRESS, most);
}

static void measure_offset(struct volume *volume)
{
	uint64_t highest = 0;

	list_for_each (at, &volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (!snapshot->is_kept && snapshot->progress.highest_first > highest)
			highest = snapshot->progress.highest_first;
	}
	gauge_measure(&volume->gauges, GAUGE_READ_OFFSET,
		(uint64_t)((unsigned __int128)highest * 1000000 / volume_bytes(volume)));
}

static void measure_age(struct volume *volume)
{
	uint64_t now_ns = clock_now_ns(), oldest_ns = 0;

	list_for_each (at, &volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);
		uint64_t age_ns = snapshot->older_ns + (now_ns - snapshot->known_ns);

		if (!snapshot->is_kept && age_ns > oldest_ns)
			oldest_ns = age_ns;
	}
	gauge_measure(&volume->gauges, GAUGE_SNAPSHOT_AGE, oldest_ns);
}

static void measure_count(struct volume *volume)
{
	gauge_measure(&volume->gauges, GAUGE_SNAPSHOT_COUNT, volume->snapshot_count);
}

static void measure_written(struct volume *volume)
{
	gauge_measure(&volume->gauges, GAUGE_LIVE_WRITTEN, volume->counters.live_written_bytes);
}

static const struct memory_source *memory_source(const struct volume *volume)
{
	return volume->memory ? volume->memory : volume->options.memory;
}

static void measure_memory(struct volume *volume)
{
	const struct memory_source *source = memory_source(volume);
	uint64_t now_ns = clock_now_ns();
	uint32_t used_per_million;

	if (!source || (volume->memory_sampled_ns > 0 &&
			       now_ns - volume->memory_sampled_ns < MEMORY_SAMPLE_NS))
		return;
	volume->memory_sampled_ns = now_ns;
	if (source->read(source, &used_per_million) == 0)
		gauge_measure(&volume->gauges, GAUGE_MEMORY_USED, used_per_million);
}

void gauge_measure_now(struct volume *volume, enum gauge gauge)
{
	/* Missing gauges belong to the topology, or are counted as events happen. */
	static void (*const measure[GAUGE_COUNT])(struct volume * volume) = {
		[GAUGE_STORE_USED] = measure_stores,
		[GAUGE_STORE_BYTES] = measure_stores,
		[GAUGE_MEMORY_USED] = measure_memory,
		[GAUGE_READ_PROGRESS] = measure_progress,
		[GAUGE_READ_OFFSET] = measure_offset,
		[GAUGE_SNAPSHOT_COUNT] = measure_count,
		[GAUGE_SNAPSHOT_AGE] = measure_age,
		[GAUGE_LIVE_WRITTEN] = measure_written,
	};

	if (volume->topology->measure && volume->topology->measure(volume, gauge))
		return;
	if (measure[gauge])
		measure[gauge](volume);
}

void gauges_measure(struct volume *volume)
{
	for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
		gauge_measure_now(volume, gauge);
}

void memory_guard(struct snapshot *snapshot)
{
	const struct profile *profile = snapshot->profile;
	uint32_t available_min = profile->memory_available_min_per_million;
	struct volume *volume = snapshot->volume;

	if (available_min == 0 || !snapshot_traces(snapshot, VOLUME_WRITE))
		return;
	measure_memory(volume);
	if (gauge_value(&volume->gauges, GAUGE_MEMORY_USED) + available_min <= 1000000)
		return;
	if (profile->log_memory)
		profile->log_memory(&volume->kernel_log);
	snapshot_fail(snapshot, profile->memory_error, "memory.used");
}

const struct gauges *volume_gauges(struct volume *volume)
{
	gauges_measure(volume);
	return &volume->gauges;
}

static void journal_gauge(struct volume *volume, enum journal_event event, enum gauge gauge)
{
	char value[32];

	gauge_value_format(gauge, gauge_value(&volume->gauges, gauge), value, sizeof value);
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], event,
		json_pack("{s:s, s:s}", "gauge", gauge_at(gauge)->name, "value", value));
}

void volume_gauge_feign(struct volume *volume, enum gauge gauge, uint64_t value)
{
	gauge_feign(&volume->gauges, gauge, value);
	journal_gauge(volume, EVENT_GAUGE_SET, gauge);
	read_hold_check(volume);
}

void volume_gauge_release(struct volume *volume, enum gauge gauge)
{
	gauge_release(&volume->gauges, gauge);
	gauges_measure(volume);
	journal_gauge(volume, EVENT_GAUGE_RELEASED, gauge);
}

void volume_memory_from(struct volume *volume, const struct memory_source *source)
{
	if (volume->memory == source)
		return;
	volume->memory = source;
	volume->memory_sampled_ns = 0;
	gauges_measure(volume);
	journal_gauge(volume, EVENT_GAUGE_SOURCE, GAUGE_MEMORY_USED);
	read_hold_check(volume);
}

const char *volume_memory_source_name(const struct volume *volume)
{
	const struct memory_source *source = memory_source(volume);

	return source ? source->name : NULL;
}
