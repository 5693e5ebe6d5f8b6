/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/run/physical.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/disks/disks.h"
#include "simfs/doors/dm/effects/effects.h"
#include "simfs/doors/dm/entry/join.h"
#include "simfs/doors/dm/machine/freeze.h"
#include "simfs/doors/dm/model/device.h"
#include "simfs/doors/dm/origins/group.h"
#include "simfs/doors/dm/origins/origins.h"
#include "simfs/doors/dm/world/world.h"

/* Below DM_FIRST_DISK. */
#define PHYSICAL_DISK 1

int physical_add(struct world *world)
{
	unsigned major = 0, minor = 0;
	int result = disks_create(world->disks, PHYSICAL_DISK);

	if (result == 0)
		result = group_map(world->group, world->disks, PHYSICAL_DISK);
	if (result == 0)
		result = effects_add_base(world, PHYSICAL_DISK, &major, &minor);
	if (result < 0)
		return result;
	pthread_mutex_lock(&world->lock);
	result = dm_model_add_base(world->model, major, minor, group_size_sectors(world->group),
		PHYSICAL_DISK, PHYSICAL_NAME);
	pthread_mutex_unlock(&world->lock);
	if (result == 0)
		result = origins_add_base(world->origins, PHYSICAL_DISK, world->group);
	if (result == 0 &&
		mknod(WORLD_DEV "/" PHYSICAL_NAME, S_IFBLK | 0600, makedev(major, minor)) < 0)
		result = -errno;
	if (result == 0)
		effects_show(world);
	return result;
}

int physical_make_group(struct world *world)
{
	AUTO(auto_free) char *text = group_commands(world->group, "/dev/" PHYSICAL_NAME);
	AUTO(auto_free) char *output = NULL;
	char shell[] = "/bin/sh", stops[] = "-e", script[] = "-c";
	char *const command[] = { shell, stops, script, text, NULL };
	int code = text ? join_run(world, command, &output) : -ENOMEM;

	if (code == 0)
		return group_made(world->group);
	log_error("the volume group cannot be made");
	fputs(output ? output : "", stderr);
	return code < 0 ? code : -EIO;
}

/* ---- the end ---- */

/* How long file systems may take to write their dirty data before their devices fail. */
#define UNMOUNT_PATIENCE_NS (10 * NS_PER_S)
#define LOOK_AGAIN_NS	    (5 * NS_PER_MS)

/* This is the last reference to the namespace: closing it unmounts everything there. */
static void *leave_namespace(void *argument)
{
	struct world *world = argument;

	close(TAKE_FD(world->namespace_fd));
	return NULL;
}

/* Whether THREAD ends in time. */
static bool has_ended(pthread_t thread)
{
	const struct timespec moment = { .tv_nsec = LOOK_AGAIN_NS };
	uint64_t deadline_ns = clock_now_ns() + UNMOUNT_PATIENCE_NS;

	while (pthread_tryjoin_np(thread, NULL) != 0) {
		if (clock_now_ns() >= deadline_ns)
			return false;
		nanosleep(&moment, NULL);
	}
	return true;
}

void physical_leave(struct world *world)
{
	pthread_t thread;

	if (world->effects)
		effects_let_go_on(world);
	freezer_end(TAKE_PTR(world->freezer));
	if (world->namespace_fd < 0 || pthread_create(&thread, NULL, leave_namespace, world) != 0 ||
		has_ended(thread))
		return;
	log_error("what is mounted in the world does not get written: its devices fail");
	if (world->disks)
		(void)disks_fail_all(world->disks);
	pthread_join(thread, NULL);
}
