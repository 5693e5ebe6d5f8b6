/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_load_power.c - what a power cut may leave of the live view.
 *
 * A version is what a write left of the sectors that it touched.  A completed flush makes the
 * versions that existed when it was submitted durable, in order; a power cut chooses among the
 * others, sector by sector.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "tests/lib/engine_load.h"

#define SECTOR_BYTES 512u

struct load_version {
	struct list link;
	uint64_t number;
	uint64_t offset;
	uint64_t length;
	uint8_t bytes[];
};

void load_power_init(struct load *load)
{
	list_init(&load->versions);
	if (load->options.engine.power_cuts)
		MUST(load->flushed = calloc(1, load->options.engine.volume_bytes));
}

static struct load_version *version_pop(struct load *load)
{
	struct list *link = list_pop(&load->versions);

	return link ? CONTAINER_OF(link, struct load_version, link) : NULL;
}

static void versions_free(struct load *load)
{
	struct load_version *version;

	while ((version = version_pop(load)))
		free(version);
}

void load_power_deinit(struct load *load)
{
	versions_free(load);
	free(load->flushed);
}

void load_power_written(struct load *load, const struct volume_request *request)
{
	uint64_t first = request->offset & ~(uint64_t)(SECTOR_BYTES - 1);
	uint64_t end = (request->offset + request->length + SECTOR_BYTES - 1) &
		       ~(uint64_t)(SECTOR_BYTES - 1);
	struct load_version *version;

	if (!load->flushed)
		return;
	MUST(version = malloc(sizeof *version + (end - first)));
	*version = (struct load_version){
		.number = ++load->version_count,
		.offset = first,
		.length = end - first,
	};
	memcpy(version->bytes, load->live + first, end - first);
	list_append(&load->versions, &version->link);
}

void load_power_flushed(struct load *load, uint64_t versions)
{
	while (!list_empty(&load->versions) &&
		CONTAINER_OF(load->versions.next, struct load_version, link)->number <= versions) {
		struct load_version *version = version_pop(load);

		memcpy(load->flushed + version->offset, version->bytes, version->length);
		free(version);
	}
}

/* Returns whether SECTOR at OFFSET is a write in flight applied to what was acknowledged. */
static bool is_under_way(struct load *load, const uint8_t *sector, uint64_t offset)
{
	for (unsigned i = 0; i < LOAD_DEPTH_MAX; i++) {
		const struct volume_request *request = &load->slots[i].request;
		uint8_t made[SECTOR_BYTES];

		if (!load->slots[i].is_busy || request->kind != VOLUME_WRITE || request->snapshot)
			continue;
		memcpy(made, load->live + offset, SECTOR_BYTES);
		for (uint64_t at = 0; at < SECTOR_BYTES; at++) {
			if (offset + at >= request->offset &&
				offset + at < request->offset + request->length)
				made[at] = (uint8_t)request->buffer[offset + at - request->offset];
		}
		if (memcmp(sector, made, SECTOR_BYTES) == 0)
			return true;
	}
	return false;
}

/* Returns whether a power cut may leave the sector of IMAGE at OFFSET. */
static bool is_allowed(struct load *load, const uint8_t *image, uint64_t offset)
{
	const uint8_t *sector = image + offset;

	if (memcmp(sector, load->flushed + offset, SECTOR_BYTES) == 0)
		return true;
	list_for_each (at, &load->versions) {
		const struct load_version *version = CONTAINER_OF(at, struct load_version, link);

		if (offset >= version->offset && offset < version->offset + version->length &&
			memcmp(sector, version->bytes + (offset - version->offset), SECTOR_BYTES) ==
				0)
			return true;
	}
	return is_under_way(load, sector, offset);
}

/* A snapshot that was THERE is right or reported as lost; if durable, it is right. */
static void check_snapshot(struct load *load, const struct load_snapshot *expected, uint64_t seed)
{
	bool is_durable = load->options.engine.durable;
	struct snapshot *snapshot = volume_snapshot_find(load->engine.volume, expected->name);
	uint64_t volume_bytes = load->options.engine.volume_bytes;

	if (expected->state == LOAD_ABSENT && snapshot &&
		(is_durable || !engine_has_failed(snapshot, NULL)))
		load_fail(load, "power cut %" PRIu64 " brought deleted snapshot '%s' back", seed,
			expected->name);
	if (expected->state == LOAD_THERE && is_durable && !expected->was_told_failed &&
		(!snapshot || engine_has_failed(snapshot, NULL)))
		load_fail(load, "power cut %" PRIu64 " cost the durable snapshot '%s'", seed,
			expected->name);
	if (!snapshot || engine_has_failed(snapshot, NULL) ||
		(expected->state != LOAD_THERE && expected->state != LOAD_DELETING))
		return;

	uint8_t *content = engine_content(&load->engine, snapshot);
	uint64_t at = engine_difference(content, expected->content, volume_bytes);

	if (at < volume_bytes)
		load_fail(load, "power cut %" PRIu64 " spoilt snapshot '%s' at %" PRIu64, seed,
			expected->name, at);
	free(content);
	load->snapshots_kept++;
}

static void forget_snapshots(struct load *load)
{
	struct snapshot *snapshot;

	while ((snapshot = volume_snapshot_next(load->engine.volume, NULL)))
		MUST(engine_delete(&load->engine, snapshot_name(snapshot)) == 0);
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++)
		load->snapshots[i].state = LOAD_ABSENT;
}

void load_power_cut(struct load *load, uint64_t seed)
{
	uint64_t volume_bytes = load->options.engine.volume_bytes;

	engine_power_cut(&load->engine, seed);
	if (engine_open(&load->engine) < 0)
		load_fail(load, "cannot open after power cut %" PRIu64, seed);

	AUTO(auto_free) uint8_t *image = load_live_bytes(load);

	for (uint64_t at = 0; at < volume_bytes; at += SECTOR_BYTES) {
		if (!is_allowed(load, image, at))
			load_fail(load,
				"power cut %" PRIu64 " left what never was, or took back what was "
				"flushed, at %" PRIu64,
				seed, at);
	}
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++)
		check_snapshot(load, &load->snapshots[i], seed);
	memcpy(load->live, image, volume_bytes);
	memcpy(load->flushed, image, volume_bytes);
	versions_free(load);
	load_drop(load);
	forget_snapshots(load);
}
