/* SPDX-License-Identifier: Apache-2.0 */
/*
 * surface.c - times and space of what is mounted (surface.h), and IMAGE.snaprig/times, which
 * passes them on to the next mount.
 */
#include "simfs/volume/surface.h"
#include "simfs/volume/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"

#define TIMES_FILE_NEW "times.new"
#define TIMES_MAGIC    0x31656d6974616e73ull

/*
 * After a kill it is unknown how many snapshots were created since the last record: this many
 * numbers are skipped, so that no inode number is reused.
 */
#define ORDERS_PASSED_OVER (1u << 20)

struct times_record {
	uint64_t magic;
	uint64_t hash; /* XXH3-64 of the rest */
	int64_t last_ns;
	int64_t modified_ns;
	int64_t changed_ns;
	int64_t list_ns;
	uint64_t next_order;
	uint64_t is_in_use; /* still set after a kill */
};

static uint64_t record_hash(const struct times_record *record)
{
	return XXH3_64bits(&record->last_ns, sizeof *record - 2 * sizeof(uint64_t));
}

/* ---- stamps ---- */

int64_t volume_stamp(struct volume *volume)
{
	int64_t now_ns = clock_wall_ns();
	int64_t next_ns = volume->surface.last_ns + 1;

	volume->surface.last_ns = now_ns > next_ns ? now_ns : next_ns;
	return volume->surface.last_ns;
}

void surface_written(struct volume *volume, struct snapshot *snapshot)
{
	int64_t stamp_ns = volume_stamp(volume);

	if (snapshot)
		snapshot->written_ns = stamp_ns;
	else
		volume->surface.live = (struct file_times){ stamp_ns, stamp_ns };
}

void surface_list_changed(struct volume *volume)
{
	volume->surface.list_ns = volume_stamp(volume);
}

struct file_times volume_times(const struct volume *volume)
{
	return volume->surface.live;
}

struct file_times snapshot_times(const struct snapshot *snapshot)
{
	const struct store_facts *facts = snapshot->store ? store_facts(snapshot->store) : NULL;
	int64_t at_ns = snapshot->written_ns;

	if (at_ns == 0 && facts)
		at_ns = facts->created_seconds * (int64_t)NS_PER_S + facts->created_nanoseconds;
	return (struct file_times){ at_ns, at_ns };
}

int64_t volume_list_changed_ns(const struct volume *volume)
{
	return volume->surface.list_ns;
}

void volume_set_modified(struct volume *volume, int64_t modified_ns)
{
	volume->surface.live.modified_ns = modified_ns;
	volume->surface.live.changed_ns = volume_stamp(volume);
}

void volume_set_modified_now(struct volume *volume)
{
	surface_written(volume, NULL);
}

/* ---- across mounts ---- */

static int record_write(struct volume *volume, bool is_in_use)
{
	const struct volume_surface *surface = &volume->surface;
	struct blockio_folder *folder = volume->folder;
	struct times_record *record;
	struct blockio *io;
	void *unit = NULL;

	if (posix_memalign(&unit, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) void *owned = unit;

	memset(owned, 0, STORE_UNIT_BYTES);
	record = owned;
	*record = (struct times_record){
		.magic = TIMES_MAGIC,
		.last_ns = surface->last_ns,
		.modified_ns = surface->live.modified_ns,
		.changed_ns = surface->live.changed_ns,
		.list_ns = surface->list_ns,
		.next_order = volume->next_order,
		.is_in_use = is_in_use,
	};
	record->hash = record_hash(record);
	folder->ops->remove(folder, TIMES_FILE_NEW);

	int error = folder->ops->open(folder, TIMES_FILE_NEW, true, &io);

	if (error < 0)
		return error;
	/* Not flushed: if a power cut damages it, the check fails, and it is treated as after
	 * a kill. */
	error = blockio_do(io, BLOCKIO_WRITE, 0, owned, STORE_UNIT_BYTES);
	blockio_destroy(io);
	return error < 0 ? error : folder->ops->rename(folder, TIMES_FILE_NEW, TIMES_FILE);
}

/* Returns 0; -ENOENT; -EUCLEAN; or -errno. */
static int record_read(struct blockio_folder *folder, struct times_record *ret)
{
	struct blockio *io;
	void *unit = NULL;

	if (posix_memalign(&unit, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) void *owned = unit;
	int error = folder->ops->open(folder, TIMES_FILE, false, &io);

	if (error < 0)
		return error;
	error = blockio_do(io, BLOCKIO_READ, 0, owned, STORE_UNIT_BYTES);
	blockio_destroy(io);
	if (error < 0)
		return error;
	memcpy(ret, owned, sizeof *ret);
	return ret->magic == TIMES_MAGIC && ret->hash == record_hash(ret) ? 0 : -EUCLEAN;
}

static struct blockio_facts image_facts(const struct volume *volume)
{
	struct blockio *origin = volume->origin;
	struct blockio_facts facts = { 0 };

	if (!origin->ops->look || origin->ops->look(origin, &facts) < 0)
		facts = (struct blockio_facts){ .allocated_bytes = volume_bytes(volume) };
	return facts;
}

/* For an image mounted for the first time, or whose record is damaged. */
static void begin(struct volume *volume, int64_t image_ns)
{
	struct volume_surface *surface = &volume->surface;

	surface->last_ns = image_ns;
	surface_list_changed(volume);
	surface->live = (struct file_times){ image_ns, image_ns };
	if (image_ns == 0)
		surface_written(volume, NULL);
}

static void go_on(struct volume *volume, const struct times_record *record, int64_t image_ns)
{
	struct volume_surface *surface = &volume->surface;
	bool is_edited = image_ns > record->last_ns;

	surface->last_ns = is_edited ? image_ns : record->last_ns;
	surface->live = (struct file_times){ record->modified_ns, record->changed_ns };
	surface->list_ns = record->list_ns;
	if (volume->next_order < record->next_order)
		volume->next_order = record->next_order;
	if (record->is_in_use) {
		volume->next_order += ORDERS_PASSED_OVER;
		surface_list_changed(volume);
	}
	if (is_edited || record->is_in_use)
		surface_written(volume, NULL);
}

int surface_open(struct volume *volume)
{
	int64_t image_ns = image_facts(volume).modified_ns;
	struct times_record record;
	int error = record_read(volume->folder, &record);

	if (error == 0) {
		go_on(volume, &record, image_ns);
	} else if (error == -ENOENT || error == -EUCLEAN) {
		begin(volume, image_ns);
		if (error == -EUCLEAN)
			surface_written(volume, NULL);
		error = 0;
	}
	/* It is unknown when they were last written to. */
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot_is_writable(snapshot))
			snapshot->written_ns = volume->surface.last_ns;
	}
	if (error == 0)
		error = record_write(volume, true);
	if (error < 0)
		log_error_code(error, "cannot use state file '" TIMES_FILE "'");
	return error;
}

bool surface_checks(struct blockio_folder *folder)
{
	struct times_record record;
	int error = record_read(folder, &record);

	return error == 0 || error == -ENOENT;
}

int surface_close(struct volume *volume)
{
	int error = record_write(volume, false);

	if (error < 0)
		log_error_code(error, "cannot write state file '" TIMES_FILE "'");
	return error;
}

/* ---- space ---- */

static uint64_t at_most(uint64_t bytes, uint64_t limit_bytes)
{
	return bytes < limit_bytes ? bytes : limit_bytes;
}

uint64_t volume_allocated_bytes(const struct volume *volume)
{
	return at_most(
		image_facts(volume).allocated_bytes + volume->topology->view_bytes(volume, NULL),
		volume_bytes(volume));
}

uint64_t snapshot_allocated_bytes(const struct snapshot *snapshot)
{
	const struct volume *volume = snapshot->volume;

	return at_most(image_facts(volume).allocated_bytes +
			       volume->topology->view_bytes(volume, snapshot),
		volume_bytes(volume));
}

static uint64_t stores_bytes(const struct volume *volume)
{
	uint64_t bytes = 0;

	list_for_each (at, &volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		bytes += snapshot->store ? store_file_bytes(snapshot->store) : 0;
	}
	return bytes + (volume->topology->files_bytes ? volume->topology->files_bytes(volume) : 0);
}

struct volume_room volume_room(struct volume *volume)
{
	struct blockio_folder *folder = volume->folder;
	struct volume_room room = {
		.used_bytes = image_facts(volume).allocated_bytes + stores_bytes(volume),
		.snapshots = volume->snapshot_count,
		.snapshots_max = volume->limits->snapshots,
	};
	uint64_t blocks, block_bytes;

	if (folder->ops->space && folder->ops->space(folder, &blocks, &block_bytes) == 0)
		room.free_bytes = blocks * block_bytes;
	return room;
}
