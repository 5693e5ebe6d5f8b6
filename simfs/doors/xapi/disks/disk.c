/* SPDX-License-Identifier: Apache-2.0 */
/* disk.c - the life of one disk and its rig. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/disks/disk.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/disks/names.h"
#include "simfs/doors/xapi/disks/notes.h"
#include "simfs/doors/xapi/disks/records.h"

static int start_rig(struct disks *disks, const struct disk_order *order, struct disk_rig **ret)
{
	const struct config_sr *sr = order->sr->config;
	AUTO(auto_free)
	char *mount = heap_format("%s/" STATE_MOUNTS "/%s", disks->state_folder, order->key);
	AUTO(auto_free)
	char *log = heap_format("%s/" STATE_LOGS "/%s.log", disks->state_folder, order->key);

	return disk_rig_start(
		&(struct disk_rig_order){
			.image = order->image,
			.mount_point = mount,
			.log_path = log,
			.sr = config_sr_is_thick(sr) ? "lvm" : "file",
			.format = sr->format == CONFIG_FORMAT_QCOW2 ? "qcow2" : "vhd",
			.limit_bytes = sr->capacity_bytes,
			.time_scale = disks->config->time_scale,
			.seed = disks->config->seed,
			.coalesces_when_asked = sr->coalesce != CONFIG_COALESCE_ITSELF,
		},
		ret);
}

static void remove_faults(struct disk_rig *rig, const json_t *faults)
{
	json_t *fault;
	size_t i;

	json_array_foreach(faults, i, fault)
		disk_rig_call(rig, "fault.remove", json_pack("{s:O}", "fault", fault), NULL, NULL);
}

/* *RET is their ids there; the caller's. */
static int add_faults(struct disk_rig *rig, const struct disk_order *order, json_t **ret)
{
	*ret = json_array();
	for (size_t i = 0; i < order->fault_count; i++) {
		AUTO(auto_free) char *message = NULL;
		AUTO(auto_free) char *id = NULL;
		json_t *answer;
		int error = disk_rig_call(rig, "fault.add",
			json_pack("{s:s}", "rule", order->faults[i]), &answer, &message);

		if (error < 0) {
			log_error("cannot add the fault '%s': %s", order->faults[i],
				message ? message : error_text(error));
			return error;
		}
		id = heap_format("%lld", json_integer_value(json_object_get(answer, "id")));
		json_array_append_new(*ret, json_string(id));
		json_decref(answer);
	}
	return 0;
}

/* Restores another program's rig to its former state. */
static void leave(struct disk *disk)
{
	uint64_t limit_bytes = disk_rig_limit_bytes(disk->rig);
	AUTO(auto_free) char *limit = heap_format("%" PRIu64, limit_bytes);

	remove_faults(disk->rig, disk->faults);
	if (disk->limit_bytes > 0 && disk->limit_bytes != limit_bytes)
		disk_rig_call(
			disk->rig, "chain.limit", json_pack("{s:s}", "limit", limit), NULL, NULL);
}

int disk_start(struct disks *disks, const struct disk_order *order, struct disk **ret)
{
	struct disk_rig *rig;
	struct disk *disk;
	json_t *faults;
	int error = order->mount ? disk_rig_join(order->mount, &rig)
				 : start_rig(disks, order, &rig);

	if (error < 0)
		return error;
	error = add_faults(rig, order, &faults);
	if (error < 0) {
		remove_faults(rig, faults);
		json_decref(faults);
		disk_rig_end(rig);
		return error;
	}
	disk = heap_new(sizeof *disk);
	disk->faults = faults;
	disk->disks = disks;
	disk->sr = order->sr;
	disk->rig = rig;
	disk->image = heap_copy(order->image);
	disk->image_is_ours = order->image_is_ours;
	disk->is_made = order->is_made;
	disk->names = note_names(disks, order->key);
	disk->holders = 1;
	snprintf(disk->key, sizeof disk->key, "%s", order->key);
	snprintf(disk->leaf, sizeof disk->leaf, "%s", order->leaf);
	pthread_mutex_lock(&disks->lock);
	list_append(&disks->list, &disk->link);
	pthread_mutex_unlock(&disks->lock);
	if (atomic_load(&disks->is_stopping))
		disk_rig_cancel(rig);
	if (ret)
		*ret = disk;
	return 0;
}

bool disk_has_snapshots(struct disk *disk)
{
	const char *uuid;
	json_t *name;
	bool has = false;

	pthread_mutex_lock(&disk->disks->lock);
	json_object_foreach(disk->names, uuid, name)
		has = has || strcmp(kind_in(disk->names, uuid), KIND_SNAPSHOT) == 0;
	pthread_mutex_unlock(&disk->disks->lock);
	return has;
}

void disk_end(struct disk *disk)
{
	struct disks *disks = disk->disks;

	keeper_end(disk);
	if (!disk->image)
		leave(disk);
	disk_rig_cancel(disk->rig);
	pthread_mutex_lock(&disks->lock);
	list_remove(&disk->link);
	pthread_mutex_unlock(&disks->lock);
	disk_put(disk);
}

void leaf_forget(struct disk *disk, const char *heir)
{
	struct pool *pool = disk->disks->pool;
	const char *ref, *new;

	pool_lock(pool);
	ref = pool_find_uuid(pool, POOL_CLASS_VDI, disk->leaf);
	new = heir ? pool_find_uuid(pool, POOL_CLASS_VDI, heir) : NULL;
	if (ref && new)
		records_move_vdi(pool, ref, new);
	if (ref)
		records_drop_vdi(pool, ref);
	pool_unlock(pool);
	pthread_mutex_lock(&disk->disks->lock);
	disk->leaf[0] = '\0';
	pthread_mutex_unlock(&disk->disks->lock);
}

/* Removes its names, too: base copies go with the disk. */
static void forget(struct disk *disk)
{
	struct pool *pool = disk->disks->pool;
	const char *uuid;
	json_t *name;

	pool_lock(pool);
	json_object_foreach(disk->names, uuid, name)
	{
		const char *ref = pool_find_uuid(pool, POOL_CLASS_VDI, uuid);

		if (ref)
			records_drop_vdi(pool, ref);
	}
	note_no_disk(disk->disks, disk->key);
	pool_unlock(pool);
}

int disk_drop(struct disk *disk)
{
	int error = disk->image_is_ours ? image_doubt(disk->image) : 0;

	if (error < 0)
		return error;
	forget(disk);
	error = disks_save(disk->disks);
	if (error < 0)
		return error;
	disk->removes_image = disk->image_is_ours;
	disk_end(disk);
	return 0;
}

void disk_undo(struct disk *disk)
{
	leaf_forget(disk, NULL);
	forget(disk);
	disk->removes_image = true;
	disk_end(disk);
}
