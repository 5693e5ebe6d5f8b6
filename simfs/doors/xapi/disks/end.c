/* SPDX-License-Identifier: Apache-2.0 */
/* end.c - frees threads that are in a rig, so that a server can end. */
#include <time.h>

#include "simfs/base/clock.h"
#include "simfs/doors/xapi/disks/disk.h"

/* The list is locked only briefly; a longer holder hangs. */
#define LIST_SECONDS 1

void disks_stop(struct disks *disks)
{
	size_t count;
	struct disk **all;

	/* A rig that is started from now on is cancelled by disk_start(). */
	atomic_store(&disks->is_stopping, true);
	all = disks_get_all(disks, NULL, &count);
	for (size_t i = 0; i < count; i++)
		disk_rig_cancel(all[i]->rig);
	disks_put_all(all, count);
}

void disks_rest(struct disks *disks)
{
	list_for_each (at, &disks->list)
		keeper_end(CONTAINER_OF(at, struct disk, link));
}

void disks_kill(struct disks *disks)
{
	struct timespec end = { .tv_sec = (time_t)(clock_now_ns() / NS_PER_S) + LIST_SECONDS };

	if (pthread_mutex_clocklock(&disks->lock, CLOCK_MONOTONIC, &end) != 0)
		return;
	list_for_each (at, &disks->list)
		disk_rig_kill(CONTAINER_OF(at, struct disk, link)->rig);
	pthread_mutex_unlock(&disks->lock);
}
