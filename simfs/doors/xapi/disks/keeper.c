/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper.c - a thread for each disk that polls its rig.
 *
 * No call reports what a rig does by itself: merge, grow.  A thread that deletes a disk holds the
 * lock of its SR while it waits for the keeper, so the keeper never waits for that lock.
 */
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/disks/disk.h"
#include "simfs/doors/xapi/disks/internal.h"

#define LOOK_EVERY_MS 250
#define LOCK_EVERY_US 10000

static bool is_over(struct disk *disk)
{
	return atomic_load(&disk->is_over);
}

static void sync_now(struct disk *disk)
{
	while (!is_over(disk)) {
		if (pthread_mutex_trylock(&disk->sr->lock) == 0) {
			disk_sync(disk);
			pthread_mutex_unlock(&disk->sr->lock);
			disks_save(disk->disks);
			return;
		}
		usleep(LOCK_EVERY_US);
	}
}

/* Returns whether the rig answers. */
static bool look(struct disk *disk)
{
	struct signature now, seen;
	json_t *status;

	if (disk_rig_status(disk->rig, &status) < 0)
		return false;
	signature_read(status, &now);
	json_decref(status);
	pthread_mutex_lock(&disk->disks->lock);
	seen = disk->seen;
	disk->seen.used_bytes = now.used_bytes;
	pthread_mutex_unlock(&disk->disks->lock);
	if (now.trees != seen.trees)
		sync_now(disk);
	if (now.used_bytes != seen.used_bytes)
		repository_settle(disk->disks, disk->sr);
	return true;
}

void disks_refresh(struct disks *disks)
{
	size_t count;
	struct disk **all = disks_get_all(disks, NULL, &count);

	for (size_t i = 0; i < count; i++)
		look(all[i]); /* if the rig is gone, its keeper reports it */
	disks_put_all(all, count);
}

static void *keep(void *argument)
{
	struct disk *disk = argument;
	struct pollfd end = { .fd = disk->end_fd, .events = POLLIN };
	bool answers = true;

	while (!is_over(disk)) {
		bool answered = look(disk);

		if (answers && !answered && !is_over(disk))
			log_error("the rig of disk '%s' has ended", disk->key);
		answers = answered;
		poll(&end, 1, LOOK_EVERY_MS);
	}
	return NULL;
}

void keeper_start(struct disk *disk)
{
	disk->end_fd = eventfd(0, EFD_CLOEXEC);
	MUST(disk->end_fd >= 0);
	MUST(pthread_create(&disk->keeper, NULL, keep, disk) == 0);
	disk->has_keeper = true;
}

void keeper_end(struct disk *disk)
{
	if (!disk->has_keeper)
		return;
	atomic_store(&disk->is_over, true);
	MUST(eventfd_write(disk->end_fd, 1) == 0);
	pthread_join(disk->keeper, NULL);
	close(disk->end_fd);
	disk->has_keeper = false;
}
