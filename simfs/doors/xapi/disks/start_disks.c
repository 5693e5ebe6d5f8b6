/* SPDX-License-Identifier: Apache-2.0 */
/* start_disks.c - the rigs that a server starts with: from POOL.yaml, and made by clients. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/disks/disk.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/disks/notes.h"
#include "simfs/doors/xapi/disks/records.h"

/* ---- the disks of POOL.yaml ---- */

static struct repository *repository_named(struct disks *disks, const char *name)
{
	for (size_t i = 0; i < disks->sr_count; i++)
		if (strcmp(disks->srs[i].config->name, name) == 0)
			return &disks->srs[i];
	return NULL;
}

/* The image of DISK, which is created if it is one of zeros; NULL after a message. */
static char *image_of(struct disks *disks, const struct config_disk *disk, const char *key)
{
	char *path = disk->image ? pool_config_path(disks->config, disk->image)
				 : image_path(disks, key);
	int error;

	if (disk->image || access(path, F_OK) == 0)
		return path;
	/* Zeros in its place would be taken for the disk's content. */
	if (note_has_disk(disks, key)) {
		log_error("image '%s' of disk '%s' is missing", path, key);
		free(path);
		return NULL;
	}
	error = image_create(path, disk->size_bytes);
	if (error == 0)
		return path;
	log_error_code(error, "cannot make image '%s'", path);
	free(path);
	return NULL;
}

/*
 * Starts the rig of a disk whose leaf a client has destroyed, for its remaining snapshots.  Without
 * any it is removed after the sync.
 */
static int start_remains(struct disks *disks, const struct config_disk *disk, const char *key)
{
	AUTO(auto_free)
	char *mount = disk->mount ? pool_config_path(disks->config, disk->mount) : NULL;
	AUTO(auto_free)
	char *image = disk->image ? pool_config_path(disks->config, disk->image)
				  : image_path(disks, key);

	if (!mount && access(image, F_OK) < 0)
		return 0;
	return disk_start(disks,
		&(struct disk_order){
			.sr = repository_named(disks, disk->sr),
			.key = key,
			.leaf = "",
			.image = mount ? NULL : image,
			.image_is_ours = !disk->image && !disk->mount,
			.mount = mount,
		},
		NULL);
}

static int start_of_vm(struct disks *disks, const struct config_vm *vm, size_t index)
{
	const struct pool_config *config = disks->config;
	const struct config_disk *disk = &vm->disks[index];
	AUTO(auto_free) char *key = heap_format("%s.%s", vm->name, disk->name);
	AUTO(auto_free) char *mount = NULL;
	AUTO(auto_free) char *image = NULL;
	char leaf[POOL_UUID_BYTES], vm_uuid[POOL_UUID_BYTES];
	bool is_first = list_empty(&disks->list);
	struct disk *started;
	int error;

	pool_uuid_of(disks->pool, "vdi", key, leaf);
	pool_uuid_of(disks->pool, "vm", vm->name, vm_uuid);
	if (was_destroyed(disks, POOL_CLASS_VDI, leaf))
		return start_remains(disks, disk, key);
	mount = disk->mount ? pool_config_path(config, disk->mount) : NULL;
	image = disk->mount ? NULL : image_of(disks, disk, key);
	if (!mount && !image)
		return -EIO;
	error = disk_start(disks,
		&(struct disk_order){
			.sr = repository_named(disks, disk->sr),
			.key = key,
			.leaf = leaf,
			.image = image,
			.image_is_ours = !disk->image && !disk->mount,
			.mount = mount,
			.faults = config->faults,
			.fault_count = is_first ? config->fault_count : 0,
		},
		&started);
	if (error < 0)
		return error;
	/* A VBD that a client has destroyed does not return with it. */
	if (records_leaf(started, disk->name, disk_rig_size_bytes(started->rig), NULL))
		records_vbd(disks, vm->uuid ? vm->uuid : vm_uuid, leaf, index);
	return 0;
}

int start_of_config(struct disks *disks)
{
	const struct pool_config *config = disks->config;
	int error = 0;

	for (size_t i = 0; i < config->vm_count && error == 0; i++)
		for (size_t k = 0; k < config->vms[i].disk_count && error == 0; k++)
			error = start_of_vm(disks, &config->vms[i], k);
	return error;
}

/* ---- disks made by clients ---- */

static int start_one_made(struct disks *disks, const struct noted *made)
{
	AUTO(auto_free) char *image = image_path(disks, made->key);

	if (access(image, F_OK) < 0) {
		log_error("image '%s' is missing, and its data is lost", image);
		pool_lock(disks->pool);
		note_no_disk(disks, made->key);
		pool_unlock(disks->pool);
		return 0;
	}
	return disk_start(disks,
		&(struct disk_order){ .sr = made->sr,
			.key = made->key,
			.leaf = made->has_leaf ? made->key : "",
			.image = image,
			.image_is_ours = true,
			.is_made = true },
		NULL);
}

int start_made(struct disks *disks)
{
	size_t count;
	AUTO(auto_free) struct noted *made = notes_of_made(disks, &count);
	int error = 0;

	for (size_t i = 0; i < count && error == 0; i++)
		error = start_one_made(disks, &made[i]);
	return error;
}
