/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/origins/origins_internal.h"

struct patch {
	uint64_t disk;
	struct disk_piece piece;
};

static struct disk_piece patch_piece(
	const struct content_part *part, uint64_t disk, const struct origin *origin)
{
	struct disk_piece piece = {
		.start = part->start,
		.length = part->length,
		.no_discard = true,
	};

	if (origin && part->length <= backing_sectors(origin->backing)) {
		piece.kind = DISK_PIECE_FILE;
		piece.file.file = origin->live_file;
	} else {
		piece.kind = DISK_PIECE_DISK;
		piece.disk.disk = disk;
	}
	return piece;
}

/* What is to be made anew, to free(); NULL when there is nothing.  The lock is held. */
static struct patch *patches_of(
	struct origins *origins, uint64_t disk, const struct origin *origin, size_t *ret_count)
{
	struct patch *patches = NULL;
	size_t count = 0;

	list_for_each (link, &origins->contents.disks) {
		const struct content *content = CONTAINER_OF(link, struct content, link);

		for (size_t i = 0; i < content->count; i++) {
			const struct content_part *part = &content->parts[i];
			struct patch *more;

			if (!part->is_origin || part->below.disk != disk)
				continue;
			more = realloc(patches, (count + 1) * sizeof *patches);
			if (!more)
				break;
			patches = more;
			patches[count++] = (struct patch){ .disk = content->disk,
				.piece = patch_piece(part, disk, origin) };
		}
	}
	*ret_count = count;
	return patches;
}

void origin_patch(struct origins *origins, uint64_t disk, const struct origin *origin)
{
	AUTO(auto_free) struct patch *patches = NULL;
	size_t count;

	pthread_mutex_lock(&origins->lock);
	patches = patches_of(origins, disk, origin, &count);
	pthread_mutex_unlock(&origins->lock);
	for (size_t i = 0; i < count; i++) {
		bool is_held = disks_hold(origins->disks, patches[i].disk) == 0;

		(void)disks_patch(origins->disks, patches[i].disk, &patches[i].piece);
		if (is_held)
			(void)disks_release(origins->disks, patches[i].disk);
	}
}
