/* SPDX-License-Identifier: Apache-2.0 */
/* disk.c - the life of one disk: its image, its rig. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/control/protocol.h"
#include "simfs/doors/xapi/disks/disk.h"
#include "simfs/doors/xapi/disks/internal.h"

#define FOLDERS_OPEN 16

char *image_path(const struct disks *disks, const char *name)
{
	return heap_format("%s/" STATE_IMAGES "/%s.img", disks->state_folder, name);
}

int image_create(const char *path, uint64_t size_bytes)
{
	AUTO(auto_close) int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int error;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size_bytes) == 0)
		return 0;
	error = -errno;
	unlink(path);
	return error;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
	(void)facts;
	(void)where;
	return kind == FTW_DP ? rmdir(path) : unlink(path);
}

/* An image of ours and what its rig has kept beside it. */
void image_remove(const char *image)
{
	AUTO(auto_free) char *state = heap_format("%s" STATE_SUFFIX, image);

	if (nftw(state, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		log_error_code(-errno, "cannot remove '%s'", state);
	if (unlink(image) < 0)
		log_error_code(-errno, "cannot remove '%s'", image);
}

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

static int add_faults(struct disk_rig *rig, const struct disk_order *order)
{
	for (size_t i = 0; i < order->fault_count; i++) {
		AUTO(auto_free) char *message = NULL;
		int error = disk_rig_call(rig, "fault.add",
			json_pack("{s:s}", "rule", order->faults[i]), NULL, &message);

		if (error < 0) {
			log_error("cannot add the fault '%s': %s", order->faults[i],
				message ? message : error_text(error));
			return error;
		}
	}
	return 0;
}

int disk_start(struct disks *disks, const struct disk_order *order, struct disk **ret)
{
	struct disk_rig *rig;
	struct disk *disk;
	int error = order->mount ? disk_rig_join(order->mount, &rig)
				 : start_rig(disks, order, &rig);

	if (error < 0)
		return error;
	error = add_faults(rig, order);
	if (error < 0) {
		disk_rig_end(rig);
		return error;
	}
	disk = heap_new(sizeof *disk);
	disk->disks = disks;
	disk->sr = order->sr;
	disk->rig = rig;
	disk->image = heap_copy(order->image);
	disk->image_is_ours = order->image_is_ours;
	disk->names = json_object();
	disk->holders = 1;
	snprintf(disk->key, sizeof disk->key, "%s", order->key);
	snprintf(disk->leaf, sizeof disk->leaf, "%s", order->leaf);
	pthread_mutex_lock(&disks->lock);
	list_append(&disks->list, &disk->link);
	pthread_mutex_unlock(&disks->lock);
	if (ret)
		*ret = disk;
	return 0;
}

bool disk_has_snapshots(struct disk *disk)
{
	const char *uuid;
	json_t *kind;
	bool has = false;

	pthread_mutex_lock(&disk->disks->lock);
	json_object_foreach(disk->names, uuid, kind)
		has = has || strcmp(json_string_value(kind), "snapshot") == 0;
	pthread_mutex_unlock(&disk->disks->lock);
	return has;
}

void disk_end(struct disk *disk)
{
	struct disks *disks = disk->disks;

	keeper_end(disk);
	disk_rig_cancel(disk->rig);
	pthread_mutex_lock(&disks->lock);
	list_remove(&disk->link);
	pthread_mutex_unlock(&disks->lock);
	disk_put(disk);
}

void disk_remove(struct disk *disk)
{
	disk->removes_image = disk->image_is_ours;
	disk_end(disk);
}
