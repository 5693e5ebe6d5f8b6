/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.c - packed pieces: their number, the pieces, the stripes of all of them.
 */
#include "simfs/doors/dm/disks/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"

static size_t stripes_of(const struct disk_piece *piece)
{
	return piece->kind == DISK_PIECE_STRIPED ? piece->striped.count : 0;
}

int wire_pack(const struct disk_piece *pieces, size_t count, void **ret, size_t *ret_bytes)
{
	uint64_t number = count;
	size_t stripes = 0;

	for (size_t i = 0; i < count; i++) {
		if (stripes_of(&pieces[i]) > DISK_STRIPES_MAX)
			return -EINVAL;
		stripes += stripes_of(&pieces[i]);
	}

	size_t bytes = sizeof number + count * sizeof *pieces + stripes * sizeof(struct disk_place);
	char *at = malloc(bytes);

	if (!at)
		return -ENOMEM;
	*ret = at;
	*ret_bytes = bytes;
	at = mempcpy(at, &number, sizeof number);
	if (count > 0)
		at = mempcpy(at, pieces, count * sizeof *pieces);
	for (size_t i = 0; i < count; i++)
		if (stripes_of(&pieces[i]) > 0)
			at = mempcpy(at, pieces[i].striped.stripes,
				stripes_of(&pieces[i]) * sizeof(struct disk_place));
	return 0;
}

int wire_unpack(const void *bytes, size_t length, struct disk_piece **ret, size_t *ret_count)
{
	uint64_t count;

	if (length < sizeof count)
		return -EINVAL;
	memcpy(&count, bytes, sizeof count);
	length -= sizeof count;
	if (count > length / sizeof **ret)
		return -EINVAL;

	AUTO(auto_free) struct disk_piece *pieces = malloc(length ? length : 1);
	size_t left = length - count * sizeof *pieces;

	if (!pieces)
		return -ENOMEM;
	memcpy(pieces, (const char *)bytes + sizeof count, length);

	const struct disk_place *stripes = (const void *)(pieces + count);

	for (size_t i = 0; i < count; i++) {
		size_t size = stripes_of(&pieces[i]) * sizeof *stripes;

		if (size > left)
			return -EINVAL;
		if (size > 0)
			pieces[i].striped.stripes = stripes;
		stripes += stripes_of(&pieces[i]);
		left -= size;
	}
	*ret = TAKE_PTR(pieces);
	*ret_count = count;
	return 0;
}
