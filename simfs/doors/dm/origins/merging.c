/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunks are merged from the end to the beginning, in batches: held, copied, flushed, and recorded
 * as merged.  Only then does the disk show the origin there, and held requests continue.  So after
 * a kill at any moment some chunks are merged again, with the same content, since no write reached
 * them in between.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"

#define SECTOR_BYTES ((uint64_t)512)
#define BATCH_BYTES  ((uint64_t)1 << 20)
#define ALIGNMENT    4096u

struct merging {
	struct origins *origins;
	struct cow_area *area;
	uint64_t disk;
	uint64_t below; /* the origin's disk */
	uint32_t chunk_bytes;
	struct extents extents; /* not merged yet; the worker's */
	int snapshot_fd, live_fd;
	unsigned char *buffer; /* BATCH_BYTES */
	atomic_bool stopping;
	_Atomic uint64_t left_chunks;
	pthread_t worker;
	bool is_running;
};

/* ---- the source ---- */

static int open_part(const struct merging *merging, const char *folder, const char *name, int flags)
{
	AUTO(auto_free) char *path = NULL;
	const struct cow_area *area = merging->area;

	if (asprintf(&path, "%s/%s%s", backing_mount_point(area->origin->backing), folder, name) <
		0) {
		path = NULL;
		return -ENOMEM;
	}

	int fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* ---- what the disk shows ---- */

static struct disk_piece live_piece(const struct merging *merging, uint64_t start, uint64_t length)
{
	const struct origin *origin = merging->area->origin;
	struct disk_piece piece = { .start = start, .length = length, .no_discard = true };
	uint64_t end = start + length;

	/* Beyond the end of the user's rig, the disk below has the content. */
	if (origin->key[0] != '\0' && end <= backing_sectors(origin->backing)) {
		piece.kind = DISK_PIECE_FILE;
		piece.file.file = origin->live_file;
		piece.file.offset = start;
	} else {
		piece.kind = DISK_PIECE_DISK;
		piece.disk.disk = merging->below;
		piece.disk.offset = start;
	}
	return piece;
}

/* The origin from START to END: one piece, or two if its rig ends in between. */
static size_t add_live(
	const struct merging *merging, struct disk_piece *pieces, uint64_t start, uint64_t end)
{
	uint64_t rig = backing_sectors(merging->area->origin->backing);
	size_t count = 0;

	if (start < rig && rig < end) {
		pieces[count++] = live_piece(merging, start, rig - start);
		start = rig;
	}
	if (start < end)
		pieces[count++] = live_piece(merging, start, end - start);
	return count;
}

static int map(struct merging *merging, uint64_t sectors)
{
	const struct extents *extents = &merging->extents;
	AUTO(auto_free)
	struct disk_piece *pieces = calloc(2 * extents->count + 2, sizeof *pieces);
	uint64_t at = 0;
	size_t count = 0;

	if (!pieces)
		return -ENOMEM;
	for (size_t i = 0; i < extents->count; i++) {
		uint64_t start = extents->list[i].offset / SECTOR_BYTES;
		uint64_t length = extents->list[i].length / SECTOR_BYTES;

		count += add_live(merging, pieces + count, at, start);
		pieces[count] = (struct disk_piece){
			.start = start,
			.length = length,
			.kind = DISK_PIECE_FILE,
			.no_discard = true,
		};
		pieces[count].file.file = merging->area->file;
		pieces[count++].file.offset = start;
		at = start + length;
	}
	count += add_live(merging, pieces + count, at, sectors);
	return disks_map(merging->origins->disks, merging->disk, pieces, count);
}

/* ---- the worker ---- */

static int copy(struct merging *merging, uint64_t offset, uint64_t length)
{
	while (length > 0) {
		size_t want = length < BATCH_BYTES ? (size_t)length : (size_t)BATCH_BYTES;
		int error = file_read_all(merging->snapshot_fd, merging->buffer, want, offset);

		if (error == 0)
			error = file_write_all(merging->live_fd, merging->buffer, want, offset);
		if (error < 0)
			return error;
		offset += want;
		length -= want;
	}
	return 0;
}

static int copy_batch(struct merging *merging, const struct extents_batch *batch)
{
	int error = 0;

	for (size_t i = batch->first; error == 0 && i < merging->extents.count; i++) {
		uint64_t offset = merging->extents.list[i].offset;
		uint64_t end = offset + merging->extents.list[i].length;

		if (offset < batch->offset)
			offset = batch->offset;
		error = copy(merging, offset, end - offset);
	}
	if (error == 0 && fdatasync(merging->live_fd) < 0)
		error = -errno;
	if (error < 0)
		return error;
	merging->area->merged_from = batch->offset;
	return cow_area_keep(merging->origins, merging->area);
}

/*
 * The merged data lies in the engine's store, but dm-snapshot would read it from the COW device,
 * and write its progress there: if that device fails, so does the merge.
 */
static int look_at_cow(const struct merging *merging)
{
	return disks_read(
		merging->origins->disks, merging->area->cow_disk, 0, merging->buffer, ALIGNMENT);
}

static int merge_batch(struct merging *merging)
{
	struct disks *disks = merging->origins->disks;
	struct extents_batch batch = extents_last(
		&merging->extents, BATCH_BYTES, merging->chunk_bytes);
	uint64_t start = batch.offset / SECTOR_BYTES;
	uint64_t length = batch.length / SECTOR_BYTES;
	int error = look_at_cow(merging);

	if (error == 0)
		error = disks_hold_range(disks, merging->disk, start, length);
	if (error < 0)
		return error;
	error = copy_batch(merging, &batch);
	if (error == 0) {
		const struct disk_piece piece = live_piece(merging, start, length);

		error = disks_patch(disks, merging->disk, &piece);
	}
	(void)disks_release_range(disks, merging->disk, start, length);
	if (error < 0)
		return error;
	extents_cut(&merging->extents, batch.offset);
	atomic_store(
		&merging->left_chunks, extents_blocks(&merging->extents, merging->chunk_bytes));
	return 0;
}

static bool is_over(const struct merging *merging)
{
	return atomic_load(&merging->stopping) || atomic_load(&merging->origins->stopping);
}

/* Neither its end nor its failure is an event: programs that wait for it poll the status. */
static void *work(void *argument)
{
	struct merging *merging = argument;
	int error = 0;

	while (error == 0 && merging->extents.count > 0 && !is_over(merging))
		error = merge_batch(merging);
	if (is_over(merging) && (error < 0 || merging->extents.count > 0))
		return NULL;
	if (error < 0)
		atomic_store(&merging->area->is_failed, true);
	return NULL;
}

/* ---- life ---- */

static void merging_free(struct merging *merging)
{
	if (merging->snapshot_fd >= 0)
		close(merging->snapshot_fd);
	if (merging->live_fd >= 0)
		close(merging->live_fd);
	extents_deinit(&merging->extents);
	free(merging->buffer);
	free(merging);
}

static int begin(struct merging *merging)
{
	struct origins *origins = merging->origins;
	struct cow_area *area = merging->area;
	const struct patience patience = { .stopping = &origins->stopping };
	int error = cow_area_extents(area, &patience, area->merged_from, &merging->extents);

	if (error < 0)
		return error;
	merging->snapshot_fd = open_part(merging, MOUNT_SNAPSHOTS "/", area->name, O_RDONLY);
	merging->live_fd = open_part(merging, MOUNT_LIVE, "", O_RDWR);
	if (merging->snapshot_fd < 0 || merging->live_fd < 0 || area->file == 0)
		return -EIO;
	pthread_mutex_lock(&origins->lock);

	uint64_t sectors = contents_sectors(&origins->contents, merging->disk);

	pthread_mutex_unlock(&origins->lock);
	atomic_store(
		&merging->left_chunks, extents_blocks(&merging->extents, merging->chunk_bytes));
	error = map(merging, sectors);
	if (error == 0)
		error = -pthread_create(&merging->worker, NULL, work, merging);
	merging->is_running = error == 0;
	return error;
}

int merging_start(struct origins *origins, struct cow_area *area, uint64_t disk)
{
	struct merging *merging = calloc(1, sizeof *merging);

	if (!merging)
		return -ENOMEM;
	*merging = (struct merging){
		.origins = origins,
		.area = area,
		.disk = disk,
		.below = area->origin_disk,
		.chunk_bytes = area->chunk_sectors * (uint32_t)SECTOR_BYTES,
		.snapshot_fd = -1,
		.live_fd = -1,
		.buffer = aligned_alloc(ALIGNMENT, BATCH_BYTES),
	};

	int error = !merging->buffer ? -ENOMEM : area->is_lost ? -EIO : begin(merging);

	if (error == -ENOMEM) {
		merging_free(merging);
		return error;
	}
	/* As in dm-snapshot, the table is active, and its merge has failed. */
	if (error < 0)
		atomic_store(&area->is_failed, true);
	pthread_mutex_lock(&origins->lock);
	area->merging = merging;
	pthread_mutex_unlock(&origins->lock);
	return 0;
}

void merging_stop(struct merging *merging)
{
	if (!merging)
		return;
	atomic_store(&merging->stopping, true);
	if (merging->is_running)
		pthread_join(merging->worker, NULL);
	merging_free(merging);
}

uint64_t merging_left_chunks(const struct merging *merging)
{
	return atomic_load(&merging->left_chunks);
}
