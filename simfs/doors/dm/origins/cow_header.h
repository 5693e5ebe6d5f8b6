/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cow_header.h - the first sector of a COW device.  Pure.
 *
 * It begins like dm-snapshot's, so that LVM and blkid recognise it.  After that follows an id of
 * ours, which names the engine's snapshot, since the rest of the area stays empty.  Wiping the
 * area, as lvcreate does, makes it another store.
 */
#ifndef SNAPRIG_DM_COW_HEADER_H
#define SNAPRIG_DM_COW_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#define COW_HEADER_BYTES 512u

struct cow_id {
	unsigned char bytes[16];
};

struct cow_header {
	bool is_valid; /* dm-snapshot's flag */
	bool has_id;   /* else a real dm-snapshot has written it, and its blocks are lost */
	struct cow_id id;
	uint32_t chunk_sectors;
};

/*
 * Reads SECTOR.  Returns 0; -ENOENT for a wiped area; -ENXIO for anything but a header; -EINVAL for
 * another version or an impossible chunk size.
 */
int cow_header_decode(const unsigned char *sector, struct cow_header *ret);
void cow_header_encode(const struct cow_header *header, unsigned char *sector);

#define COW_ID_TEXT_BYTES 33
void cow_id_write(const struct cow_id *id, char *text);
bool cow_id_read(const char *text, struct cow_id *ret);

#endif
