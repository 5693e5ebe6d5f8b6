/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/cow_header.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Numbers are little-endian, 32 bits each. */
#define MAGIC		  0x70416e53u /* "SnAp" */
#define VERSION		  1u
#define AT_VALID	  4u
#define AT_VERSION	  8u
#define AT_CHUNK	  12u
#define AT_ID		  64u
#define CHUNK_SECTORS_MAX (1u << 22)

static uint32_t number_at(const unsigned char *sector, unsigned at)
{
	return (uint32_t)sector[at] | (uint32_t)sector[at + 1] << 8 |
	       (uint32_t)sector[at + 2] << 16 | (uint32_t)sector[at + 3] << 24;
}

static void put_number(unsigned char *sector, unsigned at, uint32_t number)
{
	for (unsigned i = 0; i < 4; i++)
		sector[at + i] = (unsigned char)(number >> (8 * i));
}

int cow_header_decode(const unsigned char *sector, struct cow_header *ret)
{
	static const struct cow_id none;
	struct cow_header header;
	uint32_t chunk = number_at(sector, AT_CHUNK);

	if (number_at(sector, 0) == 0)
		return -ENOENT;
	if (number_at(sector, 0) != MAGIC)
		return -ENXIO;
	if (number_at(sector, AT_VERSION) != VERSION || chunk == 0 || chunk > CHUNK_SECTORS_MAX ||
		(chunk & (chunk - 1)) != 0)
		return -EINVAL;
	header = (struct cow_header){
		.is_valid = number_at(sector, AT_VALID) != 0,
		.chunk_sectors = chunk,
	};
	memcpy(header.id.bytes, sector + AT_ID, sizeof header.id.bytes);
	header.has_id = memcmp(&header.id, &none, sizeof none) != 0;
	*ret = header;
	return 0;
}

void cow_header_encode(const struct cow_header *header, unsigned char *sector)
{
	memset(sector, 0, COW_HEADER_BYTES);
	put_number(sector, 0, MAGIC);
	put_number(sector, AT_VALID, header->is_valid);
	put_number(sector, AT_VERSION, VERSION);
	put_number(sector, AT_CHUNK, header->chunk_sectors);
	if (header->has_id)
		memcpy(sector + AT_ID, header->id.bytes, sizeof header->id.bytes);
}

void cow_id_write(const struct cow_id *id, char *text)
{
	for (size_t i = 0; i < sizeof id->bytes; i++)
		snprintf(text + 2 * i, 3, "%02x", id->bytes[i]);
}

static int digit_of(char letter)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = letter ? strchr(digits, letter) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool cow_id_read(const char *text, struct cow_id *ret)
{
	struct cow_id id;

	if (strlen(text) != COW_ID_TEXT_BYTES - 1)
		return false;
	for (size_t i = 0; i < sizeof id.bytes; i++) {
		int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		id.bytes[i] = (unsigned char)(high << 4 | low);
	}
	*ret = id;
	return true;
}
