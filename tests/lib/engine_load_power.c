/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_load_power.c - what a power cut may leave of the live view.
 *
 * A version is what a write left of the sectors that it touched.  A flush that
 * has ended makes those that were there when it was submitted durable, in
 * order; of the others a power cut chooses, sector by sector.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
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

/* Whether the sector of IMAGE at OFFSET is one that a power cut may leave. */
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
	return false;
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

	const uint8_t *image = load_image(load);

	for (uint64_t at = 0; at < volume_bytes; at += SECTOR_BYTES) {
		if (!is_allowed(load, image, at))
			load_fail(load,
				"power cut %" PRIu64 " left what never was, or took back what was "
				"flushed, at %" PRIu64,
				seed, at);
	}
	memcpy(load->live, image, volume_bytes);
	memcpy(load->flushed, image, volume_bytes);
	versions_free(load);
	load_drop(load);
	forget_snapshots(load);
}
