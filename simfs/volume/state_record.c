/* SPDX-License-Identifier: Apache-2.0 */
/* state_record.c - IMAGE.snaprig/volume: which volume it is, and how long. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "simfs/volume/volume_internal.h"

#define VOLUME_FILE	"volume"
#define VOLUME_FILE_NEW "volume.new"
#define VOLUME_MAGIC	0x31766c6f70616e73ull

struct volume_record {
	uint64_t magic;
	uint64_t hash; /* XXH3-64 of the rest */
	uint64_t volume_id;
	uint64_t volume_bytes;
};

static uint64_t record_hash(const struct volume_record *record)
{
	return XXH3_64bits(&record->volume_id, sizeof *record - 2 * sizeof(uint64_t));
}

/* Of VOLUME, whose id is known. */
static int record_write(struct volume *volume, void *unit)
{
	struct blockio_folder *folder = volume->folder;
	struct volume_record *record = unit;
	struct blockio *io;

	memset(unit, 0, STORE_UNIT_BYTES);
	record->magic = VOLUME_MAGIC;
	record->volume_id = volume->volume_id;
	record->volume_bytes = volume_bytes(volume);
	record->hash = record_hash(record);

	folder->ops->remove(folder, VOLUME_FILE_NEW);

	int error = folder->ops->open(folder, VOLUME_FILE_NEW, true, &io);

	if (error < 0)
		return error;
	error = blockio_do(io, BLOCKIO_WRITE, 0, unit, STORE_UNIT_BYTES);
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

int state_grown(struct volume *volume)
{
	void *unit = NULL;

	if (posix_memalign(&unit, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) void *owned = unit;

	return record_write(volume, owned);
}

static int record_check(struct volume *volume, const struct volume_record *record, bool has_stores)
{
	if (record->magic != VOLUME_MAGIC || record->hash != record_hash(record)) {
		log_error("state file '" VOLUME_FILE "' does not check at offset 0 "
			  "(remove the state folder to give up its snapshots)");
		return -EUCLEAN;
	}
	/* It grew, while it was mounted or not; what it has is what it had. */
	if (record->volume_bytes < volume_bytes(volume) && !has_stores) {
		volume->volume_id = record->volume_id;
		return state_grown(volume);
	}
	if (record->volume_bytes != volume_bytes(volume)) {
		log_error("state is of a volume of %" PRIu64 " bytes, the image has %" PRIu64
			  " (remove the state folder to give up its snapshots)",
			record->volume_bytes, volume_bytes(volume));
		return -EUCLEAN;
	}
	volume->volume_id = record->volume_id;
	return 0;
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
		return record_write(volume, owned);
	}
	if (error < 0)
		return error;
	error = blockio_do(io, BLOCKIO_READ, 0, owned, STORE_UNIT_BYTES);
	blockio_destroy(io);
	return error < 0 ? error : record_check(volume, owned, has_stores);
}
