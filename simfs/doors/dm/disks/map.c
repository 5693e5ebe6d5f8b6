/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/disks/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"

/* Whether LENGTH sectors from OFFSET on are within the largest disk. */
static bool fits(uint64_t offset, uint64_t length)
{
	return offset <= DISK_SECTORS_MAX && length <= DISK_SECTORS_MAX - offset;
}

static bool striped_is_sound(const struct disk_piece *piece)
{
	uint32_t count = piece->striped.count;
	uint64_t chunk = piece->striped.chunk;

	if (count == 0 || count > DISK_STRIPES_MAX || chunk == 0 || !piece->striped.stripes)
		return false;
	if (piece->length % count != 0 || piece->length / count % chunk != 0)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!fits(piece->striped.stripes[i].offset, piece->length / count))
			return false;
	return true;
}

static bool is_sound(const struct disk_piece *piece)
{
	if (piece->length == 0 || !fits(piece->start, piece->length))
		return false;
	switch (piece->kind) {
	case DISK_PIECE_ZERO:
	case DISK_PIECE_ERROR:
		return true;
	case DISK_PIECE_DISK:
		return fits(piece->disk.offset, piece->length);
	case DISK_PIECE_STRIPED:
		return striped_is_sound(piece);
	case DISK_PIECE_DELAY:
		for (int i = 0; i < DISK_DELAYED_COUNT; i++)
			if (!fits(piece->delayed[i].place.offset, piece->length))
				return false;
		return true;
	case DISK_PIECE_FILE:
		return fits(piece->file.offset, piece->length);
	case DISK_PIECE_KINDS:
	default:
		return false;
	}
}

/* Appends COPY_OF, without its first SKIP sectors, to MAP, which has room, at START. */
static int append(struct disk_map *map, const struct map_piece *copy_of, uint64_t skip,
	uint64_t start, uint64_t length)
{
	struct map_piece *copy = &map->pieces[map->count];

	*copy = *copy_of;
	copy->skip += skip;
	copy->piece.start = start;
	copy->piece.length = length;
	if (copy->piece.kind == DISK_PIECE_STRIPED) {
		size_t bytes = copy->piece.striped.count * sizeof(struct disk_place);
		struct disk_place *stripes = malloc(bytes);

		if (!stripes)
			return -ENOMEM;
		memcpy(stripes, copy->piece.striped.stripes, bytes);
		copy->piece.striped.stripes = stripes;
	}
	map->count++;
	map->sectors = start + length;
	return 0;
}

/* Whether B, which follows A, also continues it below. */
static bool continues(const struct map_piece *a, const struct map_piece *b)
{
	uint64_t end = a->skip + a->piece.length;

	if (a->piece.kind != b->piece.kind || a->piece.no_discard != b->piece.no_discard)
		return false;
	switch (a->piece.kind) {
	case DISK_PIECE_ZERO:
	case DISK_PIECE_ERROR:
		return true;
	case DISK_PIECE_DISK:
		return a->piece.disk.disk == b->piece.disk.disk &&
		       a->piece.disk.offset + end == b->piece.disk.offset + b->skip;
	case DISK_PIECE_FILE:
		return a->piece.file.file == b->piece.file.file &&
		       a->piece.file.offset + end == b->piece.file.offset + b->skip;
	case DISK_PIECE_STRIPED:
	case DISK_PIECE_DELAY:
	case DISK_PIECE_KINDS:
	default:
		return false;
	}
}

static void join(struct disk_map *map)
{
	size_t kept = 0;

	for (size_t i = 1; i < map->count; i++) {
		if (continues(&map->pieces[kept], &map->pieces[i]))
			map->pieces[kept].piece.length += map->pieces[i].piece.length;
		else
			map->pieces[++kept] = map->pieces[i];
	}
	if (map->count > 0)
		map->count = kept + 1;
}

static int target_add(struct disk_map *map, bool is_file, uint64_t id, uint32_t flush_ms)
{
	/* Backwards: pieces alternate between few targets. */
	for (size_t i = map->target_count; i-- > 0;) {
		const struct map_target *known = &map->targets[i];

		if (known->is_file == is_file && known->id == id && known->flush_ms == flush_ms)
			return 0;
	}
	/* The capacity is a power of two: full when the count is one. */
	if ((map->target_count & (map->target_count - 1)) == 0) {
		size_t room = map->target_count ? 2 * map->target_count : 1;
		void *more = realloc(map->targets, room * sizeof *map->targets);

		if (!more)
			return -ENOMEM;
		map->targets = more;
	}
	map->targets[map->target_count++] = (struct map_target){
		.is_file = is_file, .id = id, .flush_ms = flush_ms
	};
	return 0;
}

static int targets_of_piece(struct disk_map *map, const struct disk_piece *piece)
{
	int error = 0;

	switch (piece->kind) {
	case DISK_PIECE_DISK:
		return target_add(map, false, piece->disk.disk, 0);
	case DISK_PIECE_FILE:
		return target_add(map, true, piece->file.file, 0);
	case DISK_PIECE_STRIPED:
		for (uint32_t i = 0; i < piece->striped.count && error == 0; i++)
			error = target_add(map, false, piece->striped.stripes[i].disk, 0);
		return error;
	case DISK_PIECE_DELAY:
		/* Flush each of its disks: written data may be on any of them. */
		for (int i = 0; i < DISK_DELAYED_COUNT && error == 0; i++)
			error = target_add(map, false, piece->delayed[i].place.disk,
				piece->delayed[DISK_DELAYED_FLUSH].ms);
		return error;
	case DISK_PIECE_ZERO:
	case DISK_PIECE_ERROR:
	case DISK_PIECE_KINDS:
	default:
		return 0;
	}
}

static int finish(struct disk_map *map)
{
	join(map);
	for (size_t i = 0; i < map->count; i++) {
		int error = targets_of_piece(map, &map->pieces[i].piece);

		if (error < 0)
			return error;
	}
	return 0;
}

static int start_map(struct disk_map *map, size_t room)
{
	*map = (struct disk_map){ 0 };
	map->pieces = calloc(room ? room : 1, sizeof *map->pieces);
	return map->pieces ? 0 : -ENOMEM;
}

int disk_map_make(const struct disk_piece *pieces, size_t count, struct disk_map *ret)
{
	struct disk_map map;
	int error = start_map(&map, count);

	for (size_t i = 0; i < count && error == 0; i++) {
		struct map_piece piece = { .piece = pieces[i] };

		error = is_sound(&pieces[i]) && pieces[i].start == map.sectors
				? append(&map, &piece, 0, pieces[i].start, pieces[i].length)
				: -EINVAL;
	}
	if (error == 0)
		error = finish(&map);
	if (error < 0) {
		disk_map_clear(&map);
		return error;
	}
	*ret = map;
	return 0;
}

int disk_map_patched(
	const struct disk_map *map, const struct disk_piece *piece, struct disk_map *ret)
{
	struct disk_map patched;

	if (!is_sound(piece) || piece->start + piece->length > map->sectors)
		return -EINVAL;

	/* One piece may be split in two. */
	int error = start_map(&patched, map->count + 2);
	struct map_piece new = { .piece = *piece };
	uint64_t end = piece->start + piece->length;

	for (size_t i = 0; i < map->count && error == 0; i++) {
		const struct map_piece *old = &map->pieces[i];
		uint64_t old_end = old->piece.start + old->piece.length;

		if (old->piece.start < piece->start) {
			uint64_t until = old_end < piece->start ? old_end : piece->start;

			error = append(
				&patched, old, 0, old->piece.start, until - old->piece.start);
		}
		if (error == 0 && old->piece.start <= piece->start && piece->start < old_end)
			error = append(&patched, &new, 0, piece->start, piece->length);
		if (error == 0 && old_end > end) {
			uint64_t from = old->piece.start > end ? old->piece.start : end;

			error = append(
				&patched, old, from - old->piece.start, from, old_end - from);
		}
	}
	if (error == 0)
		error = finish(&patched);
	if (error < 0) {
		disk_map_clear(&patched);
		return error;
	}
	MUST(patched.sectors == map->sectors);
	*ret = patched;
	return 0;
}

void disk_map_clear(struct disk_map *map)
{
	for (size_t i = 0; i < map->count; i++)
		if (map->pieces[i].piece.kind == DISK_PIECE_STRIPED)
			free((void *)map->pieces[i].piece.striped.stripes);
	free(map->pieces);
	free(map->targets);
	*map = (struct disk_map){ 0 };
}

const struct map_piece *disk_map_find(const struct disk_map *map, uint64_t sector)
{
	size_t low = 0, high = map->count;

	MUST(sector < map->sectors);
	/* pieces[low] begins at or before SECTOR, pieces[high] after it. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (map->pieces[middle].piece.start <= sector)
			low = middle;
		else
			high = middle;
	}
	return &map->pieces[low];
}
