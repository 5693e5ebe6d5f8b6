/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"

struct patch {
	uint64_t disk;
	struct disk_piece piece;
};

/* PART from OFFSET sectors on; beyond the end of ORIGIN's rig it is DISK itself. */
static struct disk_piece patch_piece(const struct content_part *part, uint64_t disk,
	const struct origin *origin, uint64_t offset)
{
	uint64_t rig = origin ? backing_sectors(origin->backing) : 0;
	struct disk_piece piece = {
		.start = part->start + offset,
		.length = part->length - offset,
		.no_discard = true,
	};

	if (offset < rig) {
		piece.kind = DISK_PIECE_FILE;
		piece.file.file = origin->live_file;
		piece.file.offset = offset;
		if (piece.length > rig - offset)
			piece.length = rig - offset;
	} else {
		piece.kind = DISK_PIECE_DISK;
		piece.disk.disk = disk;
		piece.disk.offset = offset;
	}
	return piece;
}

/* Appends the pieces for PART of CONTENT.  Returns false if out of memory. */
static bool add_patches(struct patch **patches, size_t *count, const struct content *content,
	const struct content_part *part, const struct origin *origin)
{
	uint64_t done = 0;

	while (done < part->length) {
		struct patch *more = realloc(*patches, (*count + 1) * sizeof **patches);

		if (!more)
			return false;
		*patches = more;
		more[*count] = (struct patch){ .disk = content->disk,
			.piece = patch_piece(part, part->below.disk, origin, done) };
		MUST_GET_ON(done, done + more[*count].piece.length);
		done += more[(*count)++].piece.length;
	}
	return true;
}

/* The pieces to map anew, which the caller frees; NULL if none.  Under the lock. */
static struct patch *patches_of(
	struct origins *origins, uint64_t disk, const struct origin *origin, size_t *ret_count)
{
	struct patch *patches = NULL;
	size_t count = 0;

	list_for_each (link, &origins->contents.disks) {
		const struct content *content = CONTAINER_OF(link, struct content, link);

		for (size_t i = 0; i < content->count; i++) {
			const struct content_part *part = &content->parts[i];

			if (part->is_origin && part->below.disk == disk &&
				!add_patches(&patches, &count, content, part, origin))
				break;
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
