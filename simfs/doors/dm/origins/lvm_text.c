/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/lvm_text.h"

#include <stdlib.h>
#include <string.h>

/* Where pvcreate puts the metadata area, and the fields of its header (little-endian). */
#define AREA_AT	      4096u
#define HEADER_BYTES  512u
#define AT_MAGIC      4u
#define AT_SIZE	      32u
#define AT_TEXT_PLACE 40u
#define AT_TEXT_SIZE  48u
#define MAGIC	      " LVM2 x[5A%r0N*>"

static uint64_t number_at(const unsigned char *bytes)
{
	uint64_t number = 0;

	for (unsigned i = 8; i-- > 0;)
		number = number << 8 | bytes[i];
	return number;
}

/*
 * Quoted text, such as the command that created the group, may contain anything: replaces all but
 * letters and digits in it, so that no key is found there.
 */
static void tame(char *text)
{
	bool is_quoted = false;

	for (; *text; text++) {
		bool is_plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
				(*text >= '0' && *text <= '9');

		if (*text == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && !is_plain)
			*text = '.';
	}
}

char *lvm_text_read(const unsigned char *head, size_t bytes)
{
	const unsigned char *area = head + AREA_AT;

	if (bytes < AREA_AT + HEADER_BYTES || memcmp(area + AT_MAGIC, MAGIC, sizeof MAGIC - 1) != 0)
		return NULL;

	uint64_t area_bytes = number_at(area + AT_SIZE);
	uint64_t place = number_at(area + AT_TEXT_PLACE);
	uint64_t size = number_at(area + AT_TEXT_SIZE);

	if (area_bytes > bytes - AREA_AT || area_bytes <= HEADER_BYTES || place >= area_bytes ||
		size > area_bytes - HEADER_BYTES)
		return NULL;

	char *text = calloc(1, (size_t)size + 1);
	/* The area is a ring after its header. */
	uint64_t first = size < area_bytes - place ? size : area_bytes - place;

	if (!text)
		return NULL;
	memcpy(text, area + place, (size_t)first);
	memcpy(text + first, area + HEADER_BYTES, (size_t)(size - first));
	tame(text);
	return text;
}

/* Reads the number after KEY, which must be within [AT, END). */
static bool read_number(const char *at, const char *end, const char *key, uint64_t *ret)
{
	const char *found = strstr(at, key);
	char *behind;

	if (!found || found >= end)
		return false;
	found += strlen(key);
	*ret = strtoull(found, &behind, 10);
	return behind != found && behind <= end;
}

bool lvm_text_has(const char *text, uint64_t sector)
{
	const char *all = text + strlen(text), *end;
	uint64_t extent_sectors, start_sector, count, place;

	if (*text == '\0')
		return false;
	if (strstr(text, "pv1 {") || !read_number(text, all, "extent_size = ", &extent_sectors) ||
		!read_number(text, all, "pe_start = ", &start_sector) || extent_sectors == 0)
		return true;
	if (sector < start_sector)
		return true;

	uint64_t extent = (sector - start_sector) / extent_sectors;

	/* Each segment: how many extents, and where on the physical volume. */
	for (; (text = strstr(text, "extent_count = ")); text = end) {
		end = strchr(text, '}');
		if (!end)
			return true;
		if (!read_number(text, end, "extent_count = ", &count))
			return true;
		if (read_number(text, end, "\"pv0\", ", &place) && extent >= place &&
			extent - place < count)
			return true;
	}
	return false;
}
