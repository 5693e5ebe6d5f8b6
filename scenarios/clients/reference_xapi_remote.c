/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_remote.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/base/json_member.h"
#include "scenarios/base/whole_file.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xapi_thin.h"
#include "scenarios/clients/reference_xapi_vhd.h"
#include "scenarios/clients/reference_xapi_vm.h"
#include "scenarios/clients/reference_xo_error.h"
#include "scenarios/clients/reference_xo_folder.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

#define VHD_SUFFIX     ".vhd"
#define MERGING_SUFFIX VHD_SUFFIX ".part" /* from whole_file.h */

static void json_free(json_t **value)
{
	json_decref(*value);
}

char *remote_folder(const char *remote, const char *vm_uuid)
{
	return heap_format("%s/xo-vm-backups/%s", remote, vm_uuid);
}

void remote_date(const char *folder, char *ret)
{
	const struct timespec moment = { .tv_nsec = 100 * NS_PER_MS };

	for (;;) {
		time_t seconds = clock_wall_seconds();
		AUTO(auto_free) char *path = NULL;
		struct tm parts;

		gmtime_r(&seconds, &parts);
		strftime(ret, REMOTE_DATE_BYTES, "%Y%m%dT%H%M%SZ", &parts);
		path = heap_format("%s/%s.json", folder, ret);
		if (access(path, F_OK) < 0)
			return;
		/* Another point was made in the same second, the precision of the names. */
		nanosleep(&moment, NULL);
	}
}

int remote_disk_folder(const char *folder, const char *job_id, const char *disk_uuid, char **ret)
{
	*ret = heap_format("%s/vdis/%s/%s", folder, job_id, disk_uuid);
	return xo_folder_make(*ret);
}

static bool ends_with(const char *name, const char *ending)
{
	size_t length = strlen(name), its = strlen(ending);

	return length > its && strcmp(name + length - its, ending) == 0;
}

char *remote_vhd_find(const char *disk_folder, const char *uuid)
{
	AUTO(auto_closedir) DIR *dir = opendir(disk_folder);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		AUTO(auto_free) char *path = heap_format("%s/%s", disk_folder, entry->d_name);
		char its[XAPI_UUID_BYTES];

		if (ends_with(entry->d_name, VHD_SUFFIX) && xapi_vhd_uuid(path, its) == 0 &&
			strcmp(its, uuid) == 0)
			return heap_copy(entry->d_name);
	}
	return NULL;
}

bool remote_has_vhds(const char *disk_folder)
{
	AUTO(auto_closedir) DIR *dir = opendir(disk_folder);
	const struct dirent *entry;
	bool has = false;

	while (dir && !has && (entry = readdir(dir)))
		has = ends_with(entry->d_name, VHD_SUFFIX);
	return has;
}

/* ---- what interrupted runs have left ---- */

/* Returns {"vdis/JOB/DISK/DATE.vhd": true} of all restore points in FOLDER. */
static json_t *named_files(const char *folder)
{
	AUTO(auto_closedir) DIR *dir = opendir(folder);
	const struct dirent *entry;
	json_t *named = json_object();

	while (dir && (entry = readdir(dir))) {
		AUTO(auto_free) char *path = heap_format("%s/%s", folder, entry->d_name);
		AUTO(json_free) json_t *point = NULL;
		const char *ref;
		json_t *file;

		if (!ends_with(entry->d_name, ".json"))
			continue;
		point = json_load_file(path, 0, NULL);
		json_object_foreach(json_object_get(point, "vhds"), ref, file)
		{
			if (json_is_string(file))
				json_object_set_new(named, json_string_value(file), json_true());
		}
	}
	return named;
}

/* Returns whether the file WHOLE, called INNER in the remote, belongs to no restore point. */
static bool is_left(const char *inner, const char *whole, const json_t *named)
{
	json_t *failure;

	if (ends_with(inner, PENDING_SUFFIX) || ends_with(inner, MERGING_SUFFIX))
		return true;
	if (!ends_with(inner, VHD_SUFFIX) || json_object_get(named, inner))
		return false;
	/* Its point was deleted before its children were complete, which is the order of Xen
	 * Orchestra. */
	failure = remote_children_merge(whole);
	json_decref(failure);
	return !failure;
}

/* Cleans the folder FOLDER/NAME, which is LEVELS above the VHDs. */
static unsigned clean_below(
	const char *folder, const char *name, unsigned levels, const json_t *named)
{
	AUTO(auto_free) char *path = heap_format("%s/%s", folder, name);
	AUTO(auto_closedir) DIR *dir = opendir(path);
	const struct dirent *entry;
	unsigned count = 0;

	while (dir && (entry = readdir(dir))) {
		AUTO(auto_free) char *inner = heap_format("%s/%s", name, entry->d_name);
		AUTO(auto_free) char *whole = heap_format("%s/%s", folder, inner);

		if (*entry->d_name == '.')
			continue;
		if (levels > 0)
			count += clean_below(folder, inner, levels - 1, named);
		else if (is_left(inner, whole, named))
			count += unlink(whole) == 0;
	}
	return count;
}

unsigned remote_clean(const char *folder)
{
	AUTO(json_free) json_t *named = named_files(folder);

	return clean_below(folder, "vdis", 2, named);
}

/* ---- a restore point ---- */

static void disk_publish(
	json_t *point, const struct xapi_disk *disk, const char *job_id, const char *date)
{
	AUTO(auto_free)
	char *path = heap_format("vdis/%s/%s/%s" VHD_SUFFIX, job_id, disk->uuid, date);
	json_t *vbd = json_pack("{s:s, s:s, s:s}", "VDI", disk->snapshot, "type", "Disk",
		"userdevice", disk->device);

	json_object_set_new(json_object_get(point, "vbds"), disk->ref, vbd);
	json_object_set(json_object_get(point, "vdis"), disk->snapshot, disk->record);
	json_object_set_new(json_object_get(point, "vhds"), disk->snapshot, json_string(path));
	json_object_set_new(json_object_get(point, "isVhdDifferencing"), disk->snapshot,
		json_boolean(disk->base));
}

int remote_publish(const char *folder, const struct xapi_vm *vm, const json_t *log,
	const char *date, uint64_t bytes)
{
	AUTO(auto_free) char *path = heap_format("%s/%s.json", folder, date);
	const char *job_id = member_text(log, "jobId");
	AUTO(json_free)
	json_t *point = json_pack(
		"{s:s, s:s, s:s, s:I, s:s, s:I, s:O, s:{}, s:{}, s:{}, s:{}, s:{}}", "jobId",
		job_id, "mode", "delta", "scheduleId", member_text(log, "scheduleId"), "size",
		(json_int_t)bytes, "version", "2.0.0", "timestamp",
		(json_int_t)(clock_wall_ns() / (int64_t)NS_PER_MS), "vm", vm->record, "vbds",
		"vdis", "vhds", "vifs", "isVhdDifferencing");
	struct whole_file file;
	int error;

	for (size_t i = 0; i < vm->disk_count; i++)
		disk_publish(point, &vm->disks[i], job_id, date);
	error = whole_file_begin(&file, path);
	if (error < 0)
		return error;
	json_dumpf(point, file.file, JSON_INDENT(2));
	return whole_file_end(&file);
}
