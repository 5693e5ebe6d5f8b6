/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_record.c - IMAGE.snaprig/volume: the volume's identity and length, and what its image
 * was when it was last unmounted cleanly.
 *
 *	mount ─▶ compare ─▶ (snapshots of a changed image fail) ─▶ "open" is durable ─▶ served
 *	unmount ─▶ all is flushed ─▶ "clean", with the facts of the image
 *
 * So if a record says "clean", the rig has not touched the image since.
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
#include "simfs/volume/core.h"

#define VOLUME_FILE	  "volume"
#define VOLUME_FILE_NEW	  "volume.new"
#define VOLUME_MAGIC	  0x33766c6f70616e73ull
#define VOLUME_MAGIC_2	  0x32766c6f70616e73ull /* it ends with image_inode */
#define VOLUME_MAGIC_1	  0x31766c6f70616e73ull /* it ends with volume_bytes */

#define RECORD_FLAG_CLEAN 1u /* the fields below are valid */

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
	uint64_t closing_id;
};

static uint64_t record_hash(const struct volume_record *record)
{
	size_t end = sizeof *record;

	if (record->magic == VOLUME_MAGIC_1)
		end = offsetof(struct volume_record, flags);
	else if (record->magic == VOLUME_MAGIC_2)
		end = offsetof(struct volume_record, closing_id);
	return XXH3_64bits(&record->volume_id, end - offsetof(struct volume_record, volume_id));
}

/* ---- writing ---- */

static void write_end(struct state_record_write *write, int result)
{
	state_record_forget(write);
	write->done(write, result);
}

void state_record_forget(struct state_record_write *write)
{
	blockio_destroy(TAKE_PTR(write->io));
	free(TAKE_PTR(write->record));
}

static void synced(struct blockio_request *request, int result)
{
	struct state_record_write *write = CONTAINER_OF(
		request, struct state_record_write, request);
	struct image *image = &write->volume->image;

	if (result == 0) {
		image->stored_bytes = write->record->volume_bytes;
		image->is_open_on_disk = (write->record->flags & RECORD_FLAG_CLEAN) == 0;
	}
	write_end(write, result);
}

static void flushed(struct blockio_request *request, int result)
{
	struct state_record_write *write = CONTAINER_OF(
		request, struct state_record_write, request);
	struct blockio_folder *folder = write->volume->folder;

	blockio_destroy(TAKE_PTR(write->io));
	if (result == 0)
		result = folder->ops->rename(folder, VOLUME_FILE_NEW, VOLUME_FILE);
	if (result < 0) {
		write_end(write, result);
		return;
	}
	write->volume->image.is_open_on_disk = false;
	request->done = synced;
	folder->ops->start_sync(folder, request);
}

/* Without it, a power cut may keep the name and lose the bytes: the volume could not be mounted. */
static void written(struct blockio_request *request, int result)
{
	struct state_record_write *write = CONTAINER_OF(
		request, struct state_record_write, request);

	if (result < 0) {
		write_end(write, result);
		return;
	}
	request->done = flushed;
	blockio_start(write->io, request, BLOCKIO_FLUSH, 0, NULL, 0);
}

/* A record for VOLUME with a length of BYTES; NULL without memory. */
static struct volume_record *record_new(const struct volume *volume, uint64_t bytes)
{
	void *unit;

	if (posix_memalign(&unit, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return NULL;
	memset(unit, 0, STORE_UNIT_BYTES);

	struct volume_record *record = unit;

	record->magic = VOLUME_MAGIC;
	record->volume_id = volume->volume_id;
	record->volume_bytes = bytes;
	return record;
}

/* WRITE->record is complete except for its hash. */
static void write_start(struct volume *volume, struct state_record_write *write)
{
	struct blockio_folder *folder = volume->folder;
	int error;

	write->volume = volume;
	write->record->hash = record_hash(write->record);
	folder->ops->remove(folder, VOLUME_FILE_NEW);
	error = folder->ops->open(folder, VOLUME_FILE_NEW, true, &write->io);
	if (error < 0) {
		write->io = NULL;
		write_end(write, error);
		return;
	}
	write->request.done = written;
	blockio_start(
		write->io, &write->request, BLOCKIO_WRITE, 0, write->record, STORE_UNIT_BYTES);
}

void state_record_start(struct volume *volume, uint64_t bytes, struct state_record_write *write)
{
	write->record = record_new(volume, bytes);
	if (write->record)
		write_start(volume, write);
	else
		write->done(write, -ENOMEM);
}

/* ---- writing, and waiting for it ---- */

struct waiting {
	struct state_record_write write;
	bool has_ended;
	int result;
};

static void waiting_done(struct state_record_write *write, int result)
{
	struct waiting *waiting = CONTAINER_OF(write, struct waiting, write);

	waiting->has_ended = true;
	waiting->result = result;
}

/* IMAGE: its facts at a clean unmount; NULL: it is in use. */
static int record_write(struct volume *volume, const struct image_record *image)
{
	struct volume_record *record = record_new(volume, volume_bytes(volume));
	struct waiting waiting = { .write = { .done = waiting_done, .record = record } };

	if (!record)
		return -ENOMEM;
	if (image) {
		record->flags = RECORD_FLAG_CLEAN;
		record->sharers = image->sharers;
		record->image_bytes = image->facts.size_bytes;
		record->image_modified_ns = image->facts.modified_ns;
		record->image_changed_ns = image->facts.changed_ns;
		record->image_inode = image->facts.inode;
		record->closing_id = volume->image.closing_id;
	}
	write_start(volume, &waiting.write);
	while (!waiting.has_ended)
		volume->origin->ops->step(volume->origin);
	return waiting.result;
}

bool state_is_older(const struct store_facts *facts, uint64_t closing_id)
{
	return closing_id != 0 && !facts->failed && facts->closing_id != closing_id;
}

void state_choose_closing_id(struct volume *volume)
{
	uint64_t id = mix64(volume->volume_id ^ mix64((uint64_t)clock_wall_ns()));

	/* A damaged store is not closed, and may be replaced by a good copy of the same unmount. */
	if (volume->topology->is_damaged && volume->topology->is_damaged(volume))
		return;
	/* The next mount cannot distinguish a stray file from a node that someone has put back. */
	volume->image.closing_id = volume->image.has_strays ? 0 : id ? id : 1;
}

int state_record_open(struct volume *volume)
{
	if (volume->image.is_open_on_disk && volume->image.stored_bytes == volume_bytes(volume))
		return 0;
	return record_write(volume, NULL);
}

int state_record_close(struct volume *volume)
{
	struct image_record image;
	int error = image_settle(volume, &image);

	if (error < 0 || !image.is_clean)
		return error;
	return record_write(volume, &image);
}

int state_record_read(struct blockio_folder *folder, struct state_record *ret)
{
	struct blockio *io;
	void *unit = NULL;
	int error = folder->ops->open(folder, VOLUME_FILE, false, &io);

	if (error < 0)
		return error;
	if (posix_memalign(&unit, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0) {
		blockio_destroy(io);
		return -ENOMEM;
	}

	AUTO(auto_free) const struct volume_record *record = unit;

	error = blockio_do(io, BLOCKIO_READ, 0, unit, STORE_UNIT_BYTES);
	blockio_destroy(io);
	if (error < 0)
		return error;
	if ((record->magic != VOLUME_MAGIC && record->magic != VOLUME_MAGIC_2 &&
		    record->magic != VOLUME_MAGIC_1) ||
		record->hash != record_hash(record))
		return -EUCLEAN;
	*ret = (struct state_record){
		.volume_id = record->volume_id,
		.volume_bytes = record->volume_bytes,
		.is_current = record->magic == VOLUME_MAGIC,
	};
	if (record->magic != VOLUME_MAGIC_1 && record->flags & RECORD_FLAG_CLEAN)
		ret->image = (struct image_record){
			.is_clean = true,
			.closing_id = ret->is_current ? record->closing_id : 0,
			.sharers = record->sharers,
			.facts = { .size_bytes = record->image_bytes,
				.modified_ns = record->image_modified_ns,
				.changed_ns = record->image_changed_ns,
				.inode = record->image_inode },
		};
	return 0;
}

int state_record_load(struct volume *volume, bool has_stores)
{
	struct state_record record;
	int error = state_record_read(volume->folder, &record);

	if (error == -ENOENT) {
		volume->volume_id = mix64((uint64_t)clock_wall_ns() ^ mix64((uint64_t)getpid()));
		volume->image.stored_bytes = volume_bytes(volume);
		return 0;
	}
	if (error == -EUCLEAN)
		log_error("state file '" VOLUME_FILE "' does not check at offset 0 "
			  "(remove the state folder to give up its snapshots)");
	if (error < 0)
		return error;
	volume->volume_id = record.volume_id;
	volume->image.stored_bytes = record.volume_bytes;
	volume->image.closing_id = record.image.closing_id;
	volume->image.is_open_on_disk = record.is_current && !record.image.is_clean;
	return image_compare(volume, &record.image, has_stores);
}
