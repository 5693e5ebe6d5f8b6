/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/pieces.h"
#include "simfs/doors/dm/origins/origins_internal.h"

#include <errno.h>
#include <stdlib.h>

/* A snapshot consists of itself, the part beyond its origin's rig, and zeros. */
#define PIECES_PER_TARGET 3u

static void add(struct pieces *pieces, const struct disk_piece *piece)
{
	if (piece->length > 0)
		pieces->pieces[pieces->piece_count++] = *piece;
}

static void add_part(struct pieces *pieces, const struct dm_target *target,
	const struct disk_place *below, bool is_origin)
{
	struct content_part part = { .start = target->start,
		.length = target->length,
		.is_bottom = !below,
		.is_origin = is_origin };

	if (below)
		part.below = *below;
	pieces->parts[pieces->part_count++] = part;
}

static struct disk_place place_of(const struct dm_table *table, const struct dm_piece *piece)
{
	return (struct disk_place){ .disk = table->refs[piece->ref].disk, .offset = piece->offset };
}

static void add_striped(struct pieces *pieces, const struct dm_table *table,
	const struct dm_target *target, struct disk_piece *piece)
{
	struct disk_place *stripes = pieces->stripes + pieces->stripe_count;

	for (unsigned i = 0; i < target->striped.stripes; i++)
		stripes[i] = place_of(table, &target->striped.pieces[i]);
	pieces->stripe_count += target->striped.stripes;
	piece->kind = DISK_PIECE_STRIPED;
	piece->striped.stripes = stripes;
	piece->striped.count = target->striped.stripes;
	piece->striped.chunk = target->striped.chunk;
	add(pieces, piece);
	add_part(pieces, target, NULL, false);
}

static void add_delay(struct pieces *pieces, const struct dm_table *table,
	const struct dm_target *target, struct disk_piece *piece)
{
	_Static_assert((int)DISK_DELAYED_COUNT == (int)DM_DELAY_CLASSES, "the same ones");

	struct disk_place below = place_of(table, &target->delay.classes[0].piece);

	piece->kind = DISK_PIECE_DELAY;
	for (unsigned i = 0; i < DM_DELAY_CLASSES; i++) {
		piece->delayed[i].place = place_of(table, &target->delay.classes[i].piece);
		piece->delayed[i].ms = target->delay.classes[i].delay_ms;
	}
	add(pieces, piece);
	add_part(pieces, target, &below, false);
}

/* Our rig of DISK, which shows more than DISK itself while it runs; NULL if it has none. */
static const struct origin *rig_of(struct origins *origins, uint64_t disk)
{
	list_for_each (link, &origins->origins) {
		const struct origin *origin = CONTAINER_OF(link, struct origin, link);

		if (origin->key[0] != '\0' && origin->disk == disk)
			return origin;
	}
	return NULL;
}

/* The part beyond the end of the rig was added to the origin later; it is not preserved. */
static void add_origin(struct origins *origins, struct pieces *pieces, const struct dm_table *table,
	const struct dm_target *target, struct disk_piece *piece)
{
	struct disk_place below = { .disk = table->refs[target->origin].disk };
	struct disk_piece shown = *piece;

	pthread_mutex_lock(&origins->lock);

	const struct origin *origin = rig_of(origins, below.disk);
	uint64_t sectors = origin ? backing_sectors(origin->backing) : 0;

	shown.length = piece->length < sectors ? piece->length : sectors;
	shown.kind = DISK_PIECE_FILE;
	shown.no_discard = true;
	if (origin)
		shown.file.file = origin->live_file;
	pthread_mutex_unlock(&origins->lock);
	add(pieces, &shown);
	piece->start += shown.length;
	piece->length -= shown.length;
	piece->kind = DISK_PIECE_DISK;
	piece->no_discard = true;
	piece->disk = (struct disk_place){ .disk = below.disk, .offset = shown.length };
	add(pieces, piece);
	add_part(pieces, target, &below, true);
}

/* Puts errors where AREA, whose COW device is dead, has preserved some of the SHOWN sectors. */
static void add_dead(struct pieces *pieces, const struct cow_area *area,
	const struct dm_target *target, uint64_t shown)
{
	struct disk_piece whole;
	uint64_t at = 0;

	if (area->dead.count == 0 || shown == 0)
		return;
	whole = pieces->pieces[--pieces->piece_count];
	for (size_t i = 0; i <= area->dead.count; i++) {
		bool is_last = i == area->dead.count;
		uint64_t start = is_last ? shown : area->dead.list[i].offset / DISK_SECTOR_BYTES;
		uint64_t end = is_last ? shown
				       : start + area->dead.list[i].length / DISK_SECTOR_BYTES;
		struct disk_piece piece = whole;

		start = start < shown ? start : shown;
		end = end < shown ? end : shown;
		piece.start = target->start + at;
		piece.length = start - at;
		piece.file.offset = at;
		add(pieces, &piece);
		piece = (struct disk_piece){ .start = target->start + start,
			.length = end - start,
			.kind = DISK_PIECE_ERROR };
		add(pieces, &piece);
		at = end;
	}
}

/*
 * The engine's snapshot is as long as its origin's rig.  Anything beyond was added to the origin
 * later, and is its present content; beyond the user's volume are zeros.
 */
static void add_snapshot(struct pieces *pieces, const struct cow_area *area,
	const struct dm_target *target, struct disk_piece *piece)
{
	uint64_t length = piece->length;

	add_part(pieces, target, NULL, false);
	if (!area || area->file == 0) {
		piece->kind = DISK_PIECE_ERROR;
		add(pieces, piece);
		return;
	}

	uint64_t sectors = backing_sectors(area->origin->backing);
	uint64_t shown = length < sectors ? length : sectors;

	piece->kind = DISK_PIECE_FILE;
	piece->no_discard = true;
	piece->file.file = area->file;
	piece->length = shown;
	add(pieces, piece);
	add_dead(pieces, area, target, shown);
	*piece = (struct disk_piece){
		.start = target->start + shown,
		.length = length - shown,
		.kind = DISK_PIECE_ZERO,
		.no_discard = true,
	};
	if (area->origin_key[0] != '\0') {
		piece->kind = DISK_PIECE_DISK;
		piece->disk.disk = area->origin_disk;
		piece->disk.offset = shown;
	}
	add(pieces, piece);
}

static void add_target(struct origins *origins, struct pieces *pieces, const struct dm_table *table,
	unsigned index)
{
	const struct dm_target *target = &table->targets[index];
	struct disk_piece piece = { .start = target->start, .length = target->length };
	struct disk_place below;

	switch (target->kind) {
	case DM_LINEAR:
		below = place_of(table, &target->linear);
		piece.kind = DISK_PIECE_DISK;
		piece.disk = below;
		add(pieces, &piece);
		add_part(pieces, target, &below, false);
		return;
	case DM_STRIPED:
		add_striped(pieces, table, target, &piece);
		return;
	case DM_DELAY:
		add_delay(pieces, table, target, &piece);
		return;
	case DM_SNAPSHOT_ORIGIN:
	case DM_SNAPSHOT_MERGE:
		add_origin(origins, pieces, table, target, &piece);
		return;
	case DM_SNAPSHOT:
		pthread_mutex_lock(&origins->lock);

		const struct cow_area *area = cow_area_of(origins, table, index);

		pthread_mutex_unlock(&origins->lock);
		add_snapshot(pieces, area, target, &piece);
		return;
	case DM_ZERO:
	case DM_ERROR:
	case DM_TARGET_KINDS:
		break;
	}
	piece.kind = target->kind == DM_ZERO ? DISK_PIECE_ZERO : DISK_PIECE_ERROR;
	add(pieces, &piece);
	add_part(pieces, target, NULL, false);
}

/* How many extents of target INDEX are errors because its COW device is. */
static size_t dead_extents(struct origins *origins, const struct dm_table *table, unsigned index)
{
	pthread_mutex_lock(&origins->lock);

	const struct cow_area *area = cow_area_of(origins, table, index);
	size_t count = area ? area->dead.count : 0;

	pthread_mutex_unlock(&origins->lock);
	return count;
}

int pieces_make(struct origins *origins, const struct dm_table *table, struct pieces *ret)
{
	struct pieces pieces = { 0 };
	size_t stripes = 0, dead = 0;

	for (unsigned i = 0; table && i < table->target_count; i++) {
		if (table->targets[i].kind == DM_STRIPED)
			stripes += table->targets[i].striped.stripes;
		dead += dead_extents(origins, table, i);
	}

	size_t targets = table ? table->target_count : 0;

	pieces.pieces = calloc(targets * PIECES_PER_TARGET + 2 * dead + 1, sizeof *pieces.pieces);
	pieces.parts = calloc(targets + 1, sizeof *pieces.parts);
	pieces.stripes = calloc(stripes + 1, sizeof *pieces.stripes);
	if (!pieces.pieces || !pieces.parts || !pieces.stripes) {
		pieces_deinit(&pieces);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < targets; i++)
		add_target(origins, &pieces, table, i);
	*ret = pieces;
	return 0;
}

void pieces_deinit(struct pieces *pieces)
{
	free(pieces->pieces);
	free(pieces->parts);
	free(pieces->stripes);
}
