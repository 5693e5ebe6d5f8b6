/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/disk_pieces.h"

struct disk_piece piece_zero(uint64_t start, uint64_t length)
{
	return (struct disk_piece){ .start = start, .length = length, .kind = DISK_PIECE_ZERO };
}

struct disk_piece piece_error(uint64_t start, uint64_t length)
{
	return (struct disk_piece){ .start = start, .length = length, .kind = DISK_PIECE_ERROR };
}

struct disk_piece piece_file(uint64_t start, uint64_t length, uint64_t id, uint64_t at)
{
	return (struct disk_piece){
		.start = start,
		.length = length,
		.kind = DISK_PIECE_FILE,
		.file = { id, at },
	};
}

struct disk_piece piece_disk(uint64_t start, uint64_t length, uint64_t disk, uint64_t at)
{
	return (struct disk_piece){
		.start = start,
		.length = length,
		.kind = DISK_PIECE_DISK,
		.disk = { disk, at },
	};
}
