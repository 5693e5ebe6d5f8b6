/* SPDX-License-Identifier: Apache-2.0 */
/* disks.c - finds VDIs. */
#include "simfs/doors/xapi/disks/disks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/control/protocol.h"
#include "simfs/doors/xapi/disks/disk.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/disks/names.h"
#include "simfs/doors/xapi/pool/file.h"

int disks_save(struct disks *disks)
{
	AUTO(auto_free) char *path = heap_format("%s/" STATE_POOL, disks->state_folder);

	return pool_file_save(disks->pool, path);
}

/* ---- SRs ---- */

struct repository *repository_find(struct disks *disks, const char *uuid)
{
	for (size_t i = 0; i < disks->sr_count; i++)
		if (strcmp(disks->srs[i].uuid, uuid) == 0)
			return &disks->srs[i];
	return NULL;
}

void disks_sr_lock(struct disks *disks, const char *sr_uuid)
{
	struct repository *sr = repository_find(disks, sr_uuid);

	if (sr)
		pthread_mutex_lock(&sr->lock);
}

void disks_sr_unlock(struct disks *disks, const char *sr_uuid)
{
	struct repository *sr = repository_find(disks, sr_uuid);

	if (sr)
		pthread_mutex_unlock(&sr->lock);
}

bool disks_sr_can_snapshot(struct disks *disks, const char *sr_uuid)
{
	struct repository *sr = repository_find(disks, sr_uuid);

	return sr && config_sr_can_snapshot(sr->config);
}

/* ---- disks ---- */

static bool has(const struct disk *disk, const char *uuid, enum disk_kind *ret_kind)
{
	const char *kind = kind_in(disk->names, uuid);

	if (*disk->leaf && strcmp(disk->leaf, uuid) == 0)
		*ret_kind = DISK_LEAF;
	else if (kind)
		*ret_kind = strcmp(kind, KIND_SNAPSHOT) == 0 ? DISK_SNAPSHOT : DISK_BASE_COPY;
	else
		return false;
	return true;
}

struct disk *disk_get(struct disks *disks, const char *uuid, enum disk_kind *ret_kind)
{
	struct disk *found = NULL;

	pthread_mutex_lock(&disks->lock);
	list_for_each (at, &disks->list) {
		struct disk *disk = CONTAINER_OF(at, struct disk, link);

		if (has(disk, uuid, ret_kind)) {
			found = disk;
			found->holders++;
			break;
		}
	}
	pthread_mutex_unlock(&disks->lock);
	return found;
}

struct disk **disks_get_all(struct disks *disks, const struct repository *sr, size_t *ret_count)
{
	struct disk **all = NULL;
	size_t count = 0;

	pthread_mutex_lock(&disks->lock);
	list_for_each (at, &disks->list) {
		struct disk *disk = CONTAINER_OF(at, struct disk, link);

		if (sr && disk->sr != sr)
			continue;
		all = heap_grow(all, count, sizeof *all);
		all[count++] = disk;
		disk->holders++;
	}
	pthread_mutex_unlock(&disks->lock);
	*ret_count = count;
	return all;
}

void disk_put(struct disk *disk)
{
	struct disks *disks;
	bool is_last;

	if (!disk)
		return;
	disks = disk->disks;
	pthread_mutex_lock(&disks->lock);
	is_last = --disk->holders == 0;
	pthread_mutex_unlock(&disks->lock);
	if (!is_last)
		return;
	disk_rig_end(disk->rig);
	if (disk->removes_image)
		image_remove(disk->image);
	json_decref(disk->names);
	json_decref(disk->faults);
	free(disk->image);
	free(disk);
}

void disks_put_all(struct disk **all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		disk_put(all[i]);
	free(all);
}

/* Copies the elder's mount point to ELDER, of LENGTH bytes. */
static void find_elder(struct disks *disks, const struct disk *disk, char *elder, size_t length)
{
	const struct disk *found = NULL;

	pthread_mutex_lock(&disks->lock);
	if (disk->is_made) {
		list_for_each (at, &disks->list) {
			const struct disk *other = CONTAINER_OF(at, struct disk, link);

			if (!found && !other->is_made)
				found = other;
		}
	}
	snprintf(elder, length, "%s", found ? disk_rig_mount_point(found->rig) : "");
	pthread_mutex_unlock(&disks->lock);
}

int disks_find(struct disks *disks, const char *uuid, struct disk_facts *ret)
{
	struct disk *disk = disk_get(disks, uuid, &ret->kind);
	char name[POOL_UUID_BYTES];
	const char *mount;

	if (!disk)
		return -ENOENT;
	disk_name_of(disk, uuid, name);
	mount = disk_rig_mount_point(disk->rig);
	ret->size_bytes = disk_rig_size_bytes(disk->rig);
	snprintf(ret->mount_point, sizeof ret->mount_point, "%s", mount);
	find_elder(disks, disk, ret->elder_mount_point, sizeof ret->elder_mount_point);
	if (ret->kind == DISK_LEAF)
		snprintf(ret->path, sizeof ret->path, "%s/" MOUNT_LIVE, mount);
	else if (ret->kind == DISK_SNAPSHOT)
		snprintf(ret->path, sizeof ret->path, "%s/" MOUNT_SNAPSHOTS "/%s", mount, name);
	else
		ret->path[0] = '\0';
	disk_put(disk);
	return 0;
}

int disks_call(
	struct disks *disks, const char *uuid, const char *command, json_t *arguments, json_t **ret)
{
	enum disk_kind kind;
	struct disk *disk = disk_get(disks, uuid, &kind);
	int error;

	if (!disk) {
		json_decref(arguments);
		return -ENOENT;
	}
	error = disk_rig_call(disk->rig, command, arguments, ret, NULL);
	disk_put(disk);
	return error;
}

int disks_call_each(struct disks *disks, const char *command, json_t *arguments,
	bool (*stop)(const json_t *answer), json_t **ret)
{
	size_t count;
	struct disk **all = disks_get_all(disks, NULL, &count);
	int error = -ENOENT;

	for (size_t i = 0; i < count && error < 0; i++) {
		json_t *answer = NULL;

		if (disk_rig_call(all[i]->rig, command, json_deep_copy(arguments), &answer, NULL) ==
				0 &&
			stop(answer)) {
			*ret = json_incref(answer);
			error = 0;
		}
		json_decref(answer);
	}
	json_decref(arguments);
	disks_put_all(all, count);
	return error;
}
