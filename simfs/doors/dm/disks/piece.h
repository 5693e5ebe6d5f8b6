/* SPDX-License-Identifier: Apache-2.0 */
/*
 * piece.h - what a disk consists of: its map, a list of pieces.
 *
 * The pieces of a map follow each other without a gap from sector 0; their end is the size of the
 * disk.  Numbers are sectors of 512 bytes unless a name says otherwise.
 */
#ifndef SNAPRIG_DM_DISKS_PIECE_H
#define SNAPRIG_DM_DISKS_PIECE_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_SECTOR_BYTES 512ull
#define DISK_STRIPES_MAX  128u

enum disk_piece_kind {
	/* Reads are zeros; writes and discards are dropped. */
	DISK_PIECE_ZERO,
	/* Everything is EIO except a flush, which does nothing here. */
	DISK_PIECE_ERROR,
	/* Lies on another disk, at an offset: dm's linear. */
	DISK_PIECE_DISK,
	/* Lies on several disks in turn: dm's striped.  `stripes', `chunk'. */
	DISK_PIECE_STRIPED,
	/* Like DISK, after a delay: `delayed', for reads, writes (and discards), flushes. */
	DISK_PIECE_DELAY,
	/* Lies in a file opened with disks_file_open(). */
	DISK_PIECE_FILE,
	DISK_PIECE_KINDS
};

/* A place on another disk. */
struct disk_place {
	uint64_t disk;
	uint64_t offset;
};

enum disk_delayed { DISK_DELAYED_READ, DISK_DELAYED_WRITE, DISK_DELAYED_FLUSH, DISK_DELAYED_COUNT };

struct disk_piece {
	uint64_t start;
	uint64_t length;
	enum disk_piece_kind kind;
	/*
	 * Discards are -EOPNOTSUPP, as on dm's snapshots and their origins, where they would fill
	 * the stores.  Writing zeros still works.
	 */
	bool no_discard;
	union {
		struct disk_place disk;
		struct {
			uint64_t file;
			uint64_t offset;
		} file;
		struct {
			/* The caller's; functions that take pieces copy them. */
			const struct disk_place *stripes;
			uint32_t count;
			uint64_t chunk;
		} striped;
		struct {
			struct disk_place place;
			uint32_t ms;
		} delayed[DISK_DELAYED_COUNT];
	};
};

#endif
