/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/extents.h"

#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"

int extents_add(struct extents *extents, uint64_t offset, uint64_t length, uint64_t end)
{
	struct extent *last = extents->count > 0 ? &extents->list[extents->count - 1] : NULL;

	if (length > UINT64_MAX - offset || (last && offset < last->offset + last->length))
		return -EINVAL;
	if (offset >= end || length == 0)
		return 0;
	if (length > end - offset)
		length = end - offset;
	if (last && offset == last->offset + last->length) {
		last->length += length;
		return 0;
	}
	if (extents->count == extents->size) {
		size_t size = 2 * extents->size + 16;
		struct extent *list = realloc(extents->list, size * sizeof *list);

		if (!list)
			return -ENOMEM;
		extents->list = list;
		extents->size = size;
	}
	extents->list[extents->count++] = (struct extent){ .offset = offset, .length = length };
	return 0;
}

void extents_deinit(struct extents *extents)
{
	free(extents->list);
	*extents = (struct extents){ 0 };
}

struct extents_batch extents_last(
	const struct extents *extents, uint64_t max_bytes, uint64_t block_bytes)
{
	MUST(extents->count > 0);

	size_t first = extents->count - 1;
	const struct extent *last = &extents->list[first];
	uint64_t end = last->offset + last->length;
	uint64_t lowest = end > max_bytes ? end - max_bytes : 0;

	while (first > 0 && extents->list[first - 1].offset >= lowest)
		first--;

	uint64_t offset = extents->list[first].offset;

	/* An extent that is too long is cut at a block. */
	if (offset < lowest) {
		offset = (lowest + block_bytes - 1) / block_bytes * block_bytes;
		if (offset >= end)
			offset = (end - 1) / block_bytes * block_bytes;
	}
	return (struct extents_batch){ .offset = offset, .length = end - offset, .first = first };
}

void extents_cut(struct extents *extents, uint64_t end)
{
	while (extents->count > 0) {
		struct extent *last = &extents->list[extents->count - 1];

		if (last->offset < end) {
			if (last->length > end - last->offset)
				last->length = end - last->offset;
			return;
		}
		extents->count--;
	}
}

uint64_t extents_blocks(const struct extents *extents, uint64_t block_bytes)
{
	uint64_t blocks = 0;

	for (size_t i = 0; i < extents->count; i++) {
		const struct extent *extent = &extents->list[i];
		uint64_t end = extent->offset + extent->length;

		blocks += (end + block_bytes - 1) / block_bytes - extent->offset / block_bytes;
	}
	return blocks;
}
