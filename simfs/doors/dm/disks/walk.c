/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/disks/walk.h"

#include "simfs/base/check.h"

void disk_walk_start(struct disk_walk *walk, const struct disk_map *map, enum disk_op op,
	uint64_t offset, uint64_t length)
{
	*walk = (struct disk_walk){
		.map = map,
		.op = op,
		.begin = offset,
		.at = offset,
		.end = offset + length,
	};
	MUST(op == DISK_OP_FLUSH || walk->end <= map->sectors * DISK_SECTOR_BYTES);
}

static bool next_flush(struct disk_walk *walk, struct disk_step *ret)
{
	if (walk->next == walk->map->target_count)
		return false;

	const struct map_target *target = &walk->map->targets[walk->next++];

	*ret = (struct disk_step){
		.kind = target->is_file ? DISK_STEP_FILE : DISK_STEP_DISK,
		.id = target->id,
		.ms = target->flush_ms,
	};
	return true;
}

/* Data at POSITION bytes in the piece: at most the rest of the chunk. */
static void striped_data(const struct disk_piece *piece, uint64_t position, struct disk_step *step)
{
	uint64_t chunk = piece->striped.chunk * DISK_SECTOR_BYTES;
	uint64_t number = position / chunk, within = position % chunk;
	const struct disk_place *place = &piece->striped.stripes[number % piece->striped.count];

	step->kind = DISK_STEP_DISK;
	step->id = place->disk;
	step->offset = place->offset * DISK_SECTOR_BYTES + number / piece->striped.count * chunk +
		       within;
	if (step->length > chunk - within)
		step->length = chunk - within;
}

/* How many of the first POSITION bytes of the piece lie on STRIPE. */
static uint64_t striped_before(const struct disk_piece *piece, uint64_t position, size_t stripe)
{
	uint64_t chunk = piece->striped.chunk * DISK_SECTOR_BYTES;
	uint64_t row = chunk * piece->striped.count;
	uint64_t rest = position % row, begin = stripe * chunk;
	uint64_t within = rest <= begin ? 0 : rest - begin;

	return position / row * chunk + (within < chunk ? within : chunk);
}

/* A range without data, however long, is one range of each stripe. */
static bool striped_range(struct disk_walk *walk, const struct map_piece *piece, uint64_t length,
	struct disk_step *ret)
{
	uint64_t start = piece->piece.start * DISK_SECTOR_BYTES;
	uint64_t position = walk->at - start + piece->skip * DISK_SECTOR_BYTES;

	while (walk->next < piece->piece.striped.count) {
		size_t stripe = walk->next++;
		const struct disk_place *place = &piece->piece.striped.stripes[stripe];
		uint64_t before = striped_before(&piece->piece, position, stripe);
		uint64_t behind = striped_before(&piece->piece, position + length, stripe);

		if (before == behind)
			continue;
		*ret = (struct disk_step){
			.kind = DISK_STEP_DISK,
			.id = place->disk,
			.offset = place->offset * DISK_SECTOR_BYTES + before,
			.length = behind - before,
		};
		return true;
	}
	walk->next = 0;
	walk->at += length;
	return false;
}

static void step_into(
	const struct disk_piece *piece, enum disk_op op, uint64_t position, struct disk_step *step)
{
	enum disk_delayed delayed = op == DISK_OP_READ ? DISK_DELAYED_READ : DISK_DELAYED_WRITE;

	switch (piece->kind) {
	case DISK_PIECE_ZERO:
		step->kind = DISK_STEP_ZERO;
		return;
	case DISK_PIECE_DISK:
		step->kind = DISK_STEP_DISK;
		step->id = piece->disk.disk;
		step->offset = piece->disk.offset * DISK_SECTOR_BYTES + position;
		return;
	case DISK_PIECE_FILE:
		step->kind = DISK_STEP_FILE;
		step->id = piece->file.file;
		step->offset = piece->file.offset * DISK_SECTOR_BYTES + position;
		return;
	case DISK_PIECE_DELAY:
		step->kind = DISK_STEP_DISK;
		step->id = piece->delayed[delayed].place.disk;
		step->offset = piece->delayed[delayed].place.offset * DISK_SECTOR_BYTES + position;
		step->ms = piece->delayed[delayed].ms;
		return;
	case DISK_PIECE_STRIPED:
		striped_data(piece, position, step);
		return;
	case DISK_PIECE_ERROR:
	case DISK_PIECE_KINDS:
	default:
		step->kind = DISK_STEP_ERROR;
		return;
	}
}

bool disk_walk_next(struct disk_walk *walk, struct disk_step *ret)
{
	if (walk->op == DISK_OP_FLUSH)
		return next_flush(walk, ret);

	while (walk->at < walk->end) {
		const struct map_piece *piece = disk_map_find(
			walk->map, walk->at / DISK_SECTOR_BYTES);
		uint64_t start = piece->piece.start * DISK_SECTOR_BYTES;
		uint64_t end = start + piece->piece.length * DISK_SECTOR_BYTES;
		uint64_t length = (walk->end < end ? walk->end : end) - walk->at;

		bool is_refused = walk->op == DISK_OP_DISCARD && piece->piece.no_discard;

		if (piece->piece.kind == DISK_PIECE_STRIPED && !is_refused &&
			!disk_op_has_data(walk->op)) {
			if (striped_range(walk, piece, length, ret))
				return true;
			continue;
		}
		*ret = (struct disk_step){
			.length = length,
			.from = disk_op_has_data(walk->op) ? walk->at - walk->begin : 0,
		};
		if (is_refused)
			ret->kind = DISK_STEP_REFUSED;
		else
			step_into(&piece->piece, walk->op,
				walk->at - start + piece->skip * DISK_SECTOR_BYTES, ret);
		MUST_GET_ON(walk->at, walk->at + ret->length);
		walk->at += ret->length;
		return true;
	}
	return false;
}
