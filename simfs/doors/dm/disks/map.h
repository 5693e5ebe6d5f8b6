/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - the map of a disk: its pieces, copied and checked, and the places they lie on.
 *
 * Pure: asks the system for nothing but memory.
 */
#ifndef SNAPRIG_DM_DISKS_MAP_H
#define SNAPRIG_DM_DISKS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/dm/disks/piece.h"

/* A disk's largest size in sectors: its bytes fit an off_t. */
#define DISK_SECTORS_MAX ((uint64_t)INT64_MAX / DISK_SECTOR_BYTES)

struct map_piece {
	struct disk_piece piece; /* the map owns the stripes */
	uint64_t skip;		 /* sectors cut off in front */
};

/* A place that pieces lie on, without the offset: where a flush goes. */
struct map_target {
	bool is_file;
	uint64_t id;
	uint32_t flush_ms; /* delay before the flush */
};

/* All zeros: a map of 0 sectors. */
struct disk_map {
	struct map_piece *pieces;
	size_t count;
	uint64_t sectors;
	struct map_target *targets; /* each once */
	size_t target_count;
};

/*
 * Copies PIECES.  Returns 0; -EINVAL if they do not follow each other from 0 on, one is empty or of
 * no kind, a number overflows, or the stripes do not divide a piece; or -ENOMEM.
 */
int disk_map_make(const struct disk_piece *pieces, size_t count, struct disk_map *ret);

/*
 * A copy of MAP in which PIECE replaces what was there; MAP is unchanged.  -EINVAL also if PIECE
 * reaches beyond the end.  Neighbours that continue each other are merged.
 */
int disk_map_patched(
	const struct disk_map *map, const struct disk_piece *piece, struct disk_map *ret);

/* Frees everything; MAP then has 0 sectors. */
void disk_map_clear(struct disk_map *map);

/* The piece that contains SECTOR, which is below the end. */
const struct map_piece *disk_map_find(const struct disk_map *map, uint64_t sector);

#endif
