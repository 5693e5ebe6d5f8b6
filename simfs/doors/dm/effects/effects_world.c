/* SPDX-License-Identifier: Apache-2.0 */
/* effects_world.c - see effects.h: start and end of effects, and what is done beside them. */
#include "simfs/doors/dm/effects/effects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/disks/disks.h"
#include "simfs/doors/dm/effects/effects_internal.h"
#include "simfs/doors/dm/machine/freeze.h"
#include "simfs/doors/dm/machine/last_close.h"
#include "simfs/doors/dm/machine/sysfs_tree.h"
#include "simfs/doors/dm/model/sysfs.h"
#include "simfs/doors/dm/processes/inhabitants.h"
#include "simfs/doors/dm/processes/process_facts.h"
#include "simfs/doors/dm/world/world.h"

/* Differs from every generation of the model. */
#define NOTHING_SHOWN UINT64_MAX

static int open_folders(struct effects *effects)
{
	effects->nodes_fd = open(WORLD_FOLDER, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (effects->nodes_fd < 0)
		return -errno;
	effects->dev_fd = open(WORLD_DEV, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (effects->dev_fd < 0)
		return -errno;
	effects->sysfs_fd = open(WORLD_SYS, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return effects->sysfs_fd < 0 ? -errno : 0;
}

int effects_start(struct world *world)
{
	struct effects *effects = calloc(1, sizeof(*effects));
	if (!effects)
		return -ENOMEM;
	effects->dev_fd = effects->nodes_fd = effects->sysfs_fd = -1;
	effects->shown = NOTHING_SHOWN;
	carriers_init(&effects->carriers);
	pthread_mutex_init(&effects->shown_lock, NULL);
	world->effects = effects;

	int error = open_folders(effects);
	if (!error)
		error = sysfs_tree_create(effects->sysfs_fd, &effects->tree);
	if (!error)
		error = patience_start(&effects->patience);
	if (error)
		effects_end(world);
	return error;
}

void effects_end(struct world *world)
{
	struct effects *effects = world->effects;
	if (!effects)
		return;
	patience_stop(effects->patience);
	effects_let_go_on(world);
	for (struct carrier *at = carriers_next(&effects->carriers, NULL); at;
		at = carriers_next(&effects->carriers, at)) {
		frozen_thaw(at->read_only);
		at->read_only = NULL;
	}
	carriers_deinit(&effects->carriers);
	for (unsigned i = 0; i < effects->base_count; i++)
		loop_release(&effects->bases[i]);
	free(effects->bases);
	sysfs_tree_destroy(effects->tree);
	pthread_mutex_destroy(&effects->shown_lock);
	if (effects->dev_fd >= 0)
		close(effects->dev_fd);
	if (effects->nodes_fd >= 0)
		close(effects->nodes_fd);
	if (effects->sysfs_fd >= 0)
		close(effects->sysfs_fd);
	free(effects);
	world->effects = NULL;
}

void effects_let_go_on(struct world *world)
{
	struct carriers *carriers = &world->effects->carriers;
	for (struct carrier *at = carriers_next(carriers, NULL); at;
		at = carriers_next(carriers, at)) {
		if (!at->held)
			continue;
		disks_release(world->disks, at->disk);
		carriers_hold(carriers, at, false);
		frozen_thaw(at->frozen);
		at->frozen = NULL;
	}
}

int effects_attach(struct world *world, uint64_t disk, unsigned minor, struct loop_device *ret)
{
	char path[DISKS_PATH_BYTES];
	AUTO(auto_close)
	int fd = open(disks_device_path(world->disks, disk, path), O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return loop_attach(world->effects->nodes_fd, fd, minor, ret);
}

int effects_add_base(
	struct world *world, unsigned long long disk, unsigned *ret_major, unsigned *ret_minor)
{
	struct effects *effects = world->effects;
	struct loop_device *longer = realloc(
		effects->bases, (effects->base_count + 1) * sizeof(*longer));
	if (!longer)
		return -ENOMEM;
	effects->bases = longer;

	struct loop_device loop;
	int error = effects_attach(world, disk, LOOP_ANY, &loop);
	if (error)
		return error;
	error = loop_add_partition(&loop, world->host_sys_block, ret_major, ret_minor);
	if (error) {
		loop_release(&loop);
		return error;
	}
	effects->bases[effects->base_count++] = loop;
	return 0;
}

void effects_show(struct world *world)
{
	struct effects *effects = world->effects;
	struct dm_sysfs view = { 0 };
	pthread_mutex_lock(&effects->shown_lock);

	pthread_mutex_lock(&world->lock);
	uint64_t generation = dm_model_generation(world->model);
	bool is_new = generation != effects->shown;
	int error = is_new ? dm_sysfs_view(world->model, &view) : 0;
	pthread_mutex_unlock(&world->lock);

	if (is_new && !error)
		error = sysfs_tree_update(effects->tree, &view);
	if (!error)
		effects->shown = generation;
	else
		log_error_code(error, "cannot write what the world sees of /sys");
	pthread_mutex_unlock(&effects->shown_lock);
}

bool effects_must_settle(struct world *world)
{
	struct carriers *carriers = &world->effects->carriers;
	if (carriers_any_held(carriers))
		return false;
	for (struct carrier *at = carriers_next(carriers, NULL); at;
		at = carriers_next(carriers, at)) {
		if (last_close_is_due(at->loop.fd)) {
			carriers_leave(carriers, at);
			return true;
		}
	}
	return false;
}

struct mounted {
	char number[MOUNT_DEVICE_BYTES];
	bool found;
};

static bool look_for_mount(pid_t pid, const struct mount_entry *entry, void *context)
{
	struct mounted *mounted = context;
	(void)pid;
	mounted->found = strcmp(entry->device, mounted->number) == 0;
	return !mounted->found;
}

/* As PID sees it: a mounted device always has something cached, and needs no settling. */
static bool is_mounted_for(pid_t pid, const struct carrier *carrier)
{
	struct mounted mounted = { .found = false };
	snprintf(mounted.number, sizeof(mounted.number), "%u:%u", LOOP_DEVICE_MAJOR,
		carrier->loop.minor);
	inhabitant_walk_mounts(pid, look_for_mount, &mounted);
	return mounted.found;
}

void effects_settle(struct world *world, pid_t leaving)
{
	struct carriers *carriers = &world->effects->carriers;
	for (struct carrier *at = carriers_next(carriers, NULL); at;
		at = carriers_next(carriers, at)) {
		/*
		 * The suspended device may lie below, and the process that settles may be the one
		 * to resume it.
		 */
		if (carriers_any_held(carriers) || !last_close_is_due(at->loop.fd) ||
			(leaving && is_mounted_for(leaving, at)))
			continue;
		struct opens_device device = carrier_device(at);
		last_close(world->dev_device, &device, leaving);
	}
}

struct states {
	unsigned waiting, others;
};

/* Counts PID by the state of its main thread. */
static bool count_state(pid_t pid, void *context)
{
	struct states *states = context;
	char state = process_state(pid);
	if (state == 'D')
		states->waiting++;
	else if (state != 'Z' && state != '\0')
		states->others++;
	return true;
}

bool effects_is_stuck(struct world *world)
{
	struct states states = { 0 };
	return carriers_any_held(&world->effects->carriers) &&
	       inhabitants_walk(world->dev_device, count_state, &states) == 0 &&
	       states.waiting > 0 && states.others == 0;
}
