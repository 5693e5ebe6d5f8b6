/* SPDX-License-Identifier: Apache-2.0 */
/* start.c - the disks of a pool come and go with its server. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/pool/file.h"

#define IMAGE_SUFFIX ".img"

static int folders_make(struct disks *disks)
{
	static const char *const names[] = { "", "/" STATE_MOUNTS, "/" STATE_IMAGES,
		"/" STATE_LOGS };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO(auto_free) char *path = heap_format("%s%s", disks->state_folder, names[i]);

		if (mkdir(path, 0700) < 0 && errno != EEXIST) {
			log_error_code(-errno, "cannot make the folder '%s'", path);
			return -errno;
		}
	}
	return 0;
}

/* Two servers would take each other's mounts away. */
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

static int records_load(struct disks *disks)
{
	AUTO(auto_free) char *path = heap_format("%s/" STATE_POOL, disks->state_folder);
	int error = pool_file_load(disks->pool, path);

	if (error == -ENOENT)
		return 0;
	if (error == -EINVAL)
		log_error("'%s' is no pool that this program has saved (remove it)", path);
	else if (error < 0)
		log_error_code(error, "cannot read '%s'", path);
	return error;
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

/* ---- the disks of POOL.yaml ---- */

static char *path_of(const struct pool_config *config, const char *path)
{
	return *path == '/' ? heap_copy(path) : heap_format("%s/%s", config->folder, path);
}

static struct repository *repository_named(struct disks *disks, const char *name)
{
	for (size_t i = 0; i < disks->sr_count; i++)
		if (strcmp(disks->srs[i].config->name, name) == 0)
			return &disks->srs[i];
	return NULL;
}

/* The image of DISK, which is made if it is one of zeros; NULL, said. */
static char *image_of(struct disks *disks, const struct config_disk *disk, const char *key)
{
	char *path = disk->image ? path_of(disks->config, disk->image) : image_path(disks, key);
	int error;

	if (disk->image || access(path, F_OK) == 0)
		return path;
	error = image_create(path, disk->size_bytes);
	if (error == 0)
		return path;
	log_error_code(error, "cannot make image '%s'", path);
	free(path);
	return NULL;
}

static int start_of_vm(struct disks *disks, const struct config_vm *vm, size_t index)
{
	const struct pool_config *config = disks->config;
	const struct config_disk *disk = &vm->disks[index];
	AUTO(auto_free) char *key = heap_format("%s.%s", vm->name, disk->name);
	AUTO(auto_free) char *mount = disk->mount ? path_of(config, disk->mount) : NULL;
	AUTO(auto_free) char *image = disk->mount ? NULL : image_of(disks, disk, key);
	char leaf[POOL_UUID_BYTES], vm_uuid[POOL_UUID_BYTES];
	bool is_first = list_empty(&disks->list);
	struct disk *started;
	int error;

	if (!mount && !image)
		return -EIO;
	pool_uuid_of(disks->pool, "vdi", key, leaf);
	pool_uuid_of(disks->pool, "vm", vm->name, vm_uuid);
	error = disk_start(disks,
		&(struct disk_order){
			.sr = repository_named(disks, disk->sr),
			.key = key,
			.leaf = leaf,
			.image = image,
			.mount = mount,
			.faults = config->faults,
			.fault_count = is_first ? config->fault_count : 0,
		},
		&started);
	if (error < 0)
		return error;
	records_leaf(started, disk->name, disk_rig_size_bytes(started->rig), NULL);
	records_vbd(disks, vm->uuid ? vm->uuid : vm_uuid, leaf, index);
	return 0;
}

static int start_all(struct disks *disks)
{
	const struct pool_config *config = disks->config;
	int error = 0;

	for (size_t i = 0; i < config->vm_count && error == 0; i++)
		for (size_t k = 0; k < config->vms[i].disk_count && error == 0; k++)
			error = start_of_vm(disks, &config->vms[i], k);
	return error;
}

/* ---- those that clients made ---- */

/* The SR of the VDI whose uuid is NAME, or whose records are gone: NULL. */
static struct repository *repository_of(struct disks *disks, const char *name)
{
	struct pool *pool = disks->pool;
	struct repository *sr;
	const char *vdi;

	pool_lock(pool);
	vdi = pool_find_uuid(pool, POOL_CLASS_VDI, name);
	sr = vdi ? repository_find(
			   disks, pool_text(pool, POOL_CLASS_SR,
					  pool_text(pool, POOL_CLASS_VDI, vdi, "SR"), "uuid"))
		 : NULL;
	pool_unlock(pool);
	return sr;
}

static int start_made(struct disks *disks, const char *name)
{
	struct repository *sr = repository_of(disks, name);
	AUTO(auto_free) char *image = image_path(disks, name);

	/* It was being made when the server was killed, or the disk has left POOL.yaml. */
	if (!sr)
		return 0;
	return disk_start(disks,
		&(struct disk_order){ .sr = sr,
			.key = name,
			.leaf = name,
			.image = image,
			.image_is_ours = true },
		NULL);
}

static bool is_started(struct disks *disks, const char *key)
{
	list_for_each (at, &disks->list)
		if (strcmp(CONTAINER_OF(at, struct disk, link)->key, key) == 0)
			return true;
	return false;
}

static int start_those_made(struct disks *disks)
{
	AUTO(auto_free) char *path = heap_format("%s/" STATE_IMAGES, disks->state_folder);
	AUTO(auto_closedir) DIR *folder = opendir(path);
	struct dirent *entry;
	int error = 0;

	while (error == 0 && folder && (entry = readdir(folder))) {
		char name[sizeof entry->d_name];
		size_t length = strlen(entry->d_name), suffix = strlen(IMAGE_SUFFIX);

		if (length <= suffix || strcmp(entry->d_name + length - suffix, IMAGE_SUFFIX) != 0)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)(length - suffix), entry->d_name);
		if (!is_started(disks, name))
			error = start_made(disks, name);
	}
	return error;
}

/* ---- both ends ---- */

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
	records_build(disks);
	error = start_all(disks);
	if (error == 0)
		error = start_those_made(disks);
	list_for_each (at, &disks->list) {
		struct disk *disk = CONTAINER_OF(at, struct disk, link);

		if (error == 0)
			error = disk_sync(disk);
		if (error < 0)
			break;
		keeper_start(disk);
	}
	if (error < 0)
		return error;
	records_drop_strangers(disks);
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
	list_init(&disks->list);
	error = begin(disks);
	if (error < 0) {
		disks_finish(disks);
		return error;
	}
	*ret = disks;
	return 0;
}

void disks_stop(struct disks *disks)
{
	size_t count;
	struct disk **all = disks_get_all(disks, NULL, &count);

	for (size_t i = 0; i < count; i++)
		disk_rig_cancel(all[i]->rig);
	disks_put_all(all, count);
}

void disks_finish(struct disks *disks)
{
	if (!disks)
		return;
	if (disks->lock_fd >= 0 && disks->srs)
		disks_save(disks);
	while (!list_empty(&disks->list))
		disk_end(CONTAINER_OF(disks->list.next, struct disk, link));
	for (size_t i = 0; i < disks->sr_count; i++) {
		pthread_mutex_destroy(&disks->srs[i].lock);
		pthread_mutex_destroy(&disks->srs[i].capacity_lock);
	}
	if (disks->lock_fd >= 0)
		close(disks->lock_fd);
	pthread_mutex_destroy(&disks->lock);
	json_decref(disks->uses);
	free(disks->srs);
	free(disks->state_folder);
	free(disks);
}
