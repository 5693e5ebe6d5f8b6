/* SPDX-License-Identifier: Apache-2.0 */
/* disk_pieces.h - pieces of a disk's map, in sectors, in few words. */
#ifndef SNAPRIG_TESTS_UNIT_DISK_PIECES_H
#define SNAPRIG_TESTS_UNIT_DISK_PIECES_H

#include <stdint.h>

#include "simfs/doors/dm/disks/piece.h"

#define S DISK_SECTOR_BYTES

struct disk_piece piece_zero(uint64_t start, uint64_t length);
struct disk_piece piece_error(uint64_t start, uint64_t length);
struct disk_piece piece_file(uint64_t start, uint64_t length, uint64_t id, uint64_t at);
struct disk_piece piece_disk(uint64_t start, uint64_t length, uint64_t disk, uint64_t at);

#endif
