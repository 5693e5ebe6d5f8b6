/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_record.c - IMAGE.snaprig/volume: which volume it is, how long, and what its image was
 * when it was unmounted in order.
 *
 *	mount ─▶ compare ─▶ (snapshots of a changed image fail) ─▶ "open" is durable ─▶ served
 *	unmount ─▶ all is flushed ─▶ "clean", with the facts of the image
 *
 * So a record that says "clean" is of an image that the rig has not touched since.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "simfs/volume/volume_internal.h"

#define VOLUME_FILE	  "volume"
#define VOLUME_FILE_NEW	  "volume.new"
#define VOLUME_MAGIC	  0x32766c6f70616e73ull
#define VOLUME_MAGIC_1	  0x31766c6f70616e73ull /* it ends with volume_bytes */

#define RECORD_FLAG_CLEAN 1u /* what follows holds */

struct volume_record {
	uint64_t magic;
	uint64_t hash; /* XXH3-64 of the rest */
	uint64_t volume_id;
	uint64_t volume_bytes;
	uint64_t flags;
	uint64_t sharers;
	uint64_t image_bytes;
	int64_t image_modified_ns;
	int64_t image_changed_ns;
	uint64_t image_inode;
};

static uint64_t record_hash(const struct volume_record *record)
{
	size_t end = record->magic == VOLUME_MAGIC_1 ? offsetof(struct volume_record, flags)
						     : sizeof *record;

	return XXH3_64bits(&record->volume_id, end - offsetof(struct volume_record, volume_id));
}

/* Writes the unit of RECORD, whose hash is not set yet. */
static int unit_write(struct blockio_folder *folder, struct volume_record *record)
{
	struct blockio *io;
	int error;

	record->magic = VOLUME_MAGIC;
	record->hash = record_hash(record);
	folder->ops->remove(folder, VOLUME_FILE_NEW);
	error = folder->ops->open(folder, VOLUME_FILE_NEW, true, &io);
	if (error < 0)
		return error;
	error = blockio_do(io, BLOCKIO_WRITE, 0, record, STORE_UNIT_BYTES);
	/* A power cut may keep the name and lose the bytes: no mount would be possible. */
	if (error == 0)
		error = blockio_do(io, BLOCKIO_FLUSH, 0, NULL, 0);
	blockio_destroy(io);
	if (error == 0)
		error = folder->ops->rename(folder, VOLUME_FILE_NEW, VOLUME_FILE);
	if (error == 0)
		error = folder->ops->sync(folder);
	return error;
}

/* IMAGE is what is known of it; NULL: it is in use. */
static int record_write(struct volume *volume, const struct image_record *image)
{
	void *unit = NULL;

	if (posix_memalign(&unit, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return -ENOMEM;
	memset(unit, 0, STORE_UNIT_BYTES);

	AUTO(auto_free) struct volume_record *record = unit;
	int error;

	record->volume_id = volume->volume_id;
	record->volume_bytes = volume_bytes(volume);
	if (image && image->is_clean) {
		record->flags = RECORD_FLAG_CLEAN;
		record->sharers = image->sharers;
		record->image_bytes = image->facts.size_bytes;
		record->image_modified_ns = image->facts.modified_ns;
		record->image_changed_ns = image->facts.changed_ns;
		record->image_inode = image->facts.inode;
	}
	error = unit_write(volume->folder, record);
	if (error == 0)
		volume->image.stored_bytes = record->volume_bytes;
	return error;
}

int state_record_open(struct volume *volume)
{
	if (volume->image.is_open_on_disk && volume->image.stored_bytes == volume_bytes(volume))
		return 0;

	int error = record_write(volume, NULL);

	volume->image.is_open_on_disk = error == 0;
	return error;
}

int state_record_close(struct volume *volume)
{
	struct image_record image;
	int error = image_settle(volume, &image);

	if (error < 0 || !image.is_clean)
		return error;
	return record_write(volume, &image);
}

static int record_check(struct volume *volume, const struct volume_record *record, bool has_stores)
{
	bool is_known = record->magic == VOLUME_MAGIC || record->magic == VOLUME_MAGIC_1;
	struct image_record image = { 0 };

	if (!is_known || record->hash != record_hash(record)) {
		log_error("state file '" VOLUME_FILE "' does not check at offset 0 "
			  "(remove the state folder to give up its snapshots)");
		return -EUCLEAN;
	}
	volume->volume_id = record->volume_id;
	volume->image.stored_bytes = record->volume_bytes;
	if (record->magic == VOLUME_MAGIC && record->flags & RECORD_FLAG_CLEAN) {
		image.is_clean = true;
		image.sharers = record->sharers;
		image.facts.size_bytes = record->image_bytes;
		image.facts.modified_ns = record->image_modified_ns;
		image.facts.changed_ns = record->image_changed_ns;
		image.facts.inode = record->image_inode;
	}
	volume->image.is_open_on_disk = record->magic == VOLUME_MAGIC && !image.is_clean;
	return image_compare(volume, &image, has_stores);
}

int state_record_load(struct volume *volume, bool has_stores)
{
	struct blockio *io;
	void *unit = NULL;

	if (posix_memalign(&unit, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) void *owned = unit;
	int error = volume->folder->ops->open(volume->folder, VOLUME_FILE, false, &io);

	if (error == -ENOENT) {
		volume->volume_id = mix64((uint64_t)clock_wall_ns() ^ mix64((uint64_t)getpid()));
		volume->image.stored_bytes = volume_bytes(volume);
		return 0;
	}
	if (error < 0)
		return error;
	error = blockio_do(io, BLOCKIO_READ, 0, owned, STORE_UNIT_BYTES);
	blockio_destroy(io);
	return error < 0 ? error : record_check(volume, owned, has_stores);
}
