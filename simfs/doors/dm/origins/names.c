/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/mix.h"

#define SECTOR_BYTES	512u
#define EXCEPTION_BYTES 16u
#define HEADER_CHUNKS	1u
#define NUMBER_BYTES	18 /* "~", 16 digits, and the end */

/* Characters that file systems, JSON and shells take literally; others become '_'. */
static bool is_plain(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9') || (letter && strchr("+_.-#@:=", letter));
}

static uint64_t number_of(const char *text, size_t index)
{
	uint64_t number = mix64(index);

	for (; *text; text++)
		number = mix64(number ^ (unsigned char)*text);
	return number;
}

void engine_name(const char *name, size_t index, char *ret)
{
	size_t length = strlen(name);
	bool is_itself = index == 0 && length < ENGINE_NAME_BYTES && name[0] != '.';

	for (size_t i = 0; i < length && is_itself; i++)
		is_itself = is_plain(name[i]);
	if (is_itself) {
		memcpy(ret, name, length + 1);
		return;
	}
	if (length > ENGINE_NAME_BYTES - NUMBER_BYTES)
		length = ENGINE_NAME_BYTES - NUMBER_BYTES;
	for (size_t i = 0; i < length; i++)
		ret[i] = is_plain(name[i]) && (i > 0 || name[i] != '.') ? name[i] : '_';
	snprintf(ret + length, ENGINE_NAME_BYTES - length, "~%016" PRIx64, number_of(name, index));
}

void store_usage_write(const struct store_usage *usage, char *text, size_t size)
{
	uint64_t per_area = (uint64_t)usage->chunk_sectors * SECTOR_BYTES / EXCEPTION_BYTES;
	uint64_t areas = usage->chunks / per_area;
	uint64_t metadata = HEADER_CHUNKS + areas + 1;

	if (usage->is_transient)
		metadata = 0;
	snprintf(text, size, "%" PRIu64 "/%" PRIu64 " %" PRIu64,
		(metadata + usage->chunks) * usage->chunk_sectors, usage->total_sectors,
		metadata * usage->chunk_sectors);
}

uint64_t transient_limit_sectors(uint64_t sectors, uint32_t chunk_sectors)
{
	uint64_t per_area = (uint64_t)chunk_sectors * SECTOR_BYTES / EXCEPTION_BYTES;
	uint64_t chunks = sectors / chunk_sectors;

	return (HEADER_CHUNKS + 1 + chunks + chunks / per_area) * chunk_sectors;
}
