/* SPDX-License-Identifier: Apache-2.0 */
/* start.c - starts and ends the disks of a pool with its server. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/disks/disk.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/disks/notes.h"
#include "simfs/doors/xapi/disks/records.h"
#include "simfs/doors/xapi/pool/file.h"

static int folders_make(struct disks *disks)
{
	static const char *const names[] = { "", "/" STATE_MOUNTS, "/" STATE_IMAGES, "/" STATE_LOGS,
		"/" STATE_CBT };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO(auto_free) char *path = heap_format("%s%s", disks->state_folder, names[i]);

		if (mkdir(path, 0700) < 0 && errno != EEXIST) {
			log_error_code(-errno, "cannot make the folder '%s'", path);
			return -errno;
		}
	}
	return 0;
}

/* Two servers would remove each other's mounts. */
static int state_lock(struct disks *disks)
{
	AUTO(auto_free) char *path = heap_format("%s/lock", disks->state_folder);

	disks->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (disks->lock_fd < 0) {
		log_error_code(-errno, "cannot open '%s'", path);
		return -errno;
	}
	if (flock(disks->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	log_error("'%s' is served already", disks->config->path);
	return -EBUSY;
}

static void repositories_make(struct disks *disks)
{
	const struct pool_config *config = disks->config;

	disks->srs = heap_new(config->sr_count * sizeof *disks->srs);
	disks->sr_count = config->sr_count;
	for (size_t i = 0; i < config->sr_count; i++) {
		disks->srs[i].config = &config->srs[i];
		pthread_mutex_init(&disks->srs[i].lock, NULL);
		pthread_mutex_init(&disks->srs[i].capacity_lock, NULL);
		pool_uuid_of(disks->pool, "sr", config->srs[i].name, disks->srs[i].uuid);
	}
}

/* ---- earlier state ---- */

static void vms_build(struct disks *disks)
{
	const struct pool_config *config = disks->config;

	for (size_t i = 0; i < config->vm_count; i++) {
		char uuid[POOL_UUID_BYTES];

		pool_uuid_of(disks->pool, "vm", config->vms[i].name, uuid);
		if (config->vms[i].uuid)
			snprintf(uuid, sizeof uuid, "%s", config->vms[i].uuid);
		if (!was_destroyed(disks, POOL_CLASS_VM, uuid))
			records_vm(disks, &config->vms[i], uuid);
	}
}

static int records_load(struct disks *disks)
{
	AUTO(auto_free) char *path = heap_format("%s/" STATE_POOL, disks->state_folder);
	int error = pool_file_load(disks->pool, path);

	if (error == -ENOENT)
		return 0;
	if (error == -EINVAL)
		log_error("'%s' is not a pool saved by this program (remove it)", path);
	else if (error < 0)
		log_error_code(error, "cannot read '%s'", path);
	return error;
}

/* ---- begin and end ---- */

static int drop_remains(struct disks *disks)
{
	size_t count;
	struct disk **all = disks_get_all(disks, NULL, &count);
	int error = 0;

	for (size_t i = 0; i < count && error == 0; i++)
		if (!*all[i]->leaf && !disk_has_snapshots(all[i]))
			error = disk_drop(all[i]);
	disks_put_all(all, count);
	return error;
}

static int begin(struct disks *disks)
{
	int error = folders_make(disks);

	if (error == 0)
		error = state_lock(disks);
	if (error == 0)
		error = records_load(disks);
	if (error < 0)
		return error;
	repositories_make(disks);
	images_decide(disks);
	records_build(disks);
	vms_build(disks);
	error = start_of_config(disks);
	if (error == 0)
		error = start_made(disks);
	list_for_each (at, &disks->list)
		if (error == 0)
			error = disk_sync(CONTAINER_OF(at, struct disk, link));
	if (error == 0)
		error = drop_remains(disks);
	if (error < 0)
		return error;
	notes_drop_strangers(disks);
	records_drop_strangers(disks);
	return disks_save(disks);
}

/* After the first save: an object that was not yet added is not taken for destroyed. */
static int go_on(struct disks *disks)
{
	disks->has_begun = true;
	list_for_each (at, &disks->list)
		keeper_start(CONTAINER_OF(at, struct disk, link));
	for (size_t i = 0; i < disks->sr_count; i++)
		if (repository_balance(disks, &disks->srs[i]) == 0)
			log_info("sr '%s' is full", disks->srs[i].config->name);
	return disks_save(disks);
}

int disks_begin(const struct pool_config *config, struct pool *pool, const char *state_folder,
	struct disks **ret)
{
	struct disks *disks = heap_new(sizeof *disks);
	int error;

	disks->config = config;
	disks->pool = pool;
	disks->state_folder = heap_copy(state_folder);
	disks->uses = json_object();
	disks->lock_fd = -1;
	pthread_mutex_init(&disks->lock, NULL);
	pthread_mutex_init(&disks->uses_lock, NULL);
	list_init(&disks->list);
	error = begin(disks);
	if (error == 0)
		error = go_on(disks);
	if (error < 0) {
		disks_finish(disks);
		return error;
	}
	*ret = disks;
	return 0;
}

void disks_finish(struct disks *disks)
{
	if (!disks)
		return;
	if (disks->has_begun)
		disks_save(disks);
	list_for_each (at, &disks->list) {
		keeper_end(CONTAINER_OF(at, struct disk, link));
		disk_rig_release(CONTAINER_OF(at, struct disk, link)->rig);
	}
	while (!list_empty(&disks->list))
		disk_end(CONTAINER_OF(disks->list.next, struct disk, link));
	for (size_t i = 0; disks->srs && i < disks->sr_count; i++) {
		pthread_mutex_destroy(&disks->srs[i].lock);
		pthread_mutex_destroy(&disks->srs[i].capacity_lock);
	}
	if (disks->lock_fd >= 0)
		close(disks->lock_fd);
	pthread_mutex_destroy(&disks->lock);
	pthread_mutex_destroy(&disks->uses_lock);
	json_decref(disks->uses);
	free(disks->srs);
	free(disks->state_folder);
	free(disks);
}
