/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/disks/cbt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/disks/names.h"

/* More steps than any disk has snapshots: the files form a circle. */
#define STEPS_MAX 100000

/* ---- bitmaps ---- */

struct bitmap {
	uint8_t *bits;
	size_t bytes;
};

static void bitmap_init(struct bitmap *bitmap, uint64_t size_bytes)
{
	bitmap->bytes = (size_t)((size_bytes + CBT_BLOCK_BYTES * 8ull - 1) /
				 (CBT_BLOCK_BYTES * 8ull));
	bitmap->bits = heap_new(bitmap->bytes + 1);
}

static int bitmap_set(void *context, uint64_t offset, uint64_t length)
{
	struct bitmap *bitmap = context;
	uint64_t end = (offset + length + CBT_BLOCK_BYTES - 1) / CBT_BLOCK_BYTES;

	for (uint64_t block = offset / CBT_BLOCK_BYTES; block < end; block++) {
		if (block / 8 >= bitmap->bytes)
			return -EPROTO;
		bitmap->bits[block / 8] |= (uint8_t)(0x80u >> block % 8);
	}
	return 0;
}

/* ---- files: the uuid at which a bitmap ends, and the bitmap ---- */

static char *file_of(const struct disks *disks, const char *uuid)
{
	return heap_format("%s/" STATE_CBT "/%s", disks->state_folder, uuid);
}

static int file_write(
	const struct disks *disks, const char *uuid, const char *until, const struct bitmap *bitmap)
{
	AUTO(auto_free) char *path = file_of(disks, uuid);
	AUTO(auto_free) char *part = heap_format("%s.part", path);
	AUTO(auto_fclose) FILE *file = fopen(part, "we");
	char header[POOL_UUID_BYTES] = "";

	if (!file)
		return -errno;
	snprintf(header, sizeof header, "%s", until);
	if (fwrite(header, sizeof header, 1, file) != 1 ||
		fwrite(bitmap->bits, bitmap->bytes, 1, file) != 1 || fflush(file) != 0)
		return -EIO;
	return rename(part, path) < 0 ? -errno : 0;
}

/*
 * Adds the bitmap in the file of UUID to BITMAP; *UNTIL is where it ends.  Returns 0, or -ENOENT.
 */
static int file_read(
	const struct disks *disks, const char *uuid, struct bitmap *bitmap, char *until)
{
	AUTO(auto_free) char *path = file_of(disks, uuid);
	AUTO(auto_fclose) FILE *file = fopen(path, "re");
	AUTO(auto_free) uint8_t *bits = heap_new(bitmap->bytes + 1);

	if (!file)
		return -ENOENT;
	if (fread(until, POOL_UUID_BYTES, 1, file) != 1 || until[POOL_UUID_BYTES - 1] != '\0' ||
		(bitmap->bytes > 0 && fread(bits, bitmap->bytes, 1, file) != 1))
		return -EIO;
	for (size_t i = 0; i < bitmap->bytes; i++)
		bitmap->bits[i] |= bits[i];
	return 0;
}

bool cbt_has_file(struct disks *disks, const char *uuid)
{
	AUTO(auto_free) char *path = file_of(disks, uuid);

	return access(path, F_OK) == 0;
}

void cbt_forget(struct disks *disks, const char *uuid)
{
	AUTO(auto_free) char *path = file_of(disks, uuid);

	unlink(path);
}

/* ---- changes ---- */

static uint64_t size_of(struct disks *disks, const char *uuid)
{
	uint64_t bytes;
	const char *ref;

	pool_lock(disks->pool);
	ref = pool_find_uuid(disks->pool, POOL_CLASS_VDI, uuid);
	bytes = pool_number(disks->pool, POOL_CLASS_VDI, ref ? ref : "", "virtual_size");
	pool_unlock(disks->pool);
	return bytes;
}

int disks_cbt_bitmap(
	struct disks *disks, const char *from, const char *until, uint8_t **ret, size_t *ret_bytes)
{
	char at[POOL_UUID_BYTES];
	struct bitmap bitmap;
	int error = 0;

	bitmap_init(&bitmap, size_of(disks, from));
	snprintf(at, sizeof at, "%s", from);
	/* File by file; the rig knows the rest. */
	for (unsigned step = 0; strcmp(at, until) != 0 && error == 0; step++) {
		error = step < STEPS_MAX ? file_read(disks, at, &bitmap, at) : -ELOOP;
		if (error == -ENOENT) {
			error = disks_changed(disks, at, until, bitmap_set, &bitmap);
			break;
		}
	}
	if (error < 0) {
		free(bitmap.bits);
		return error;
	}
	*ret = bitmap.bits;
	*ret_bytes = bitmap.bytes;
	return 0;
}

/* ---- dropping data ---- */

/*
 * The first snapshot of DISK that is metadata and still has its data, and the one taken after it.
 * Returns false if no data can be dropped.
 */
static bool find_settled(struct disk *disk, char *uuid, char *next)
{
	struct pool *pool = disk->disks->pool;
	bool found = false;
	const char *its;
	json_t *name;

	*uuid = '\0';
	pool_lock(pool);
	json_object_foreach(disk->names, its, name)
	{
		const char *ref = pool_find_uuid(pool, POOL_CLASS_VDI, its);

		if (!ref || strcmp(kind_in(disk->names, its), KIND_SNAPSHOT) != 0)
			continue;
		if (*uuid) {
			snprintf(next, POOL_UUID_BYTES, "%s", its);
			found = true;
			break;
		}
		if (disks_has_no_data(pool, ref))
			snprintf(uuid, POOL_UUID_BYTES, "%s", its);
	}
	pool_unlock(pool);
	return found;
}

/*
 * Records the changes between the two in a file, and drops the data of the first.  Returns 0 or
 * -errno.
 */
static int settle(struct disk *disk, const char *uuid, const char *next)
{
	AUTO(auto_free) uint8_t *bits = NULL;
	struct bitmap bitmap;
	char name[POOL_UUID_BYTES];
	int error = disks_cbt_bitmap(disk->disks, uuid, next, &bits, &bitmap.bytes);

	disk_name_of(disk, uuid, name);
	bitmap.bits = bits;
	if (error == 0)
		error = file_write(disk->disks, uuid, next, &bitmap);
	if (error == 0)
		error = disk_rig_call(
			disk->rig, "snapshot.delete", json_pack("{s:s}", "name", name), NULL, NULL);
	return error;
}

void cbt_settle(struct disk *disk)
{
	char uuid[POOL_UUID_BYTES], next[POOL_UUID_BYTES];

	while (find_settled(disk, uuid, next)) {
		if (settle(disk, uuid, next) < 0 || disk_sync(disk) < 0)
			return;
	}
}

/* ---- removing a snapshot between two others ---- */

/* Copies the uuid at which the file of UUID ends to UNTIL; false if it has no file. */
static bool file_end(const struct disks *disks, const char *uuid, char *until)
{
	struct bitmap none = { .bits = NULL };

	return file_read(disks, uuid, &none, until) == 0;
}

/* Copies the successor of UUID in DISK (NULL: in no rig) to NEXT. */
static bool find_next(struct disks *disks, struct disk *disk, const char *uuid, char *next)
{
	bool is_behind = false;
	const char *its;
	json_t *name;

	if (file_end(disks, uuid, next))
		return true;
	json_object_foreach(disk ? disk->names : NULL, its, name)
	{
		if (is_behind && strcmp(kind_in(disk->names, its), KIND_SNAPSHOT) == 0) {
			snprintf(next, POOL_UUID_BYTES, "%s", its);
			return true;
		}
		is_behind = is_behind || strcmp(its, uuid) == 0;
	}
	return false;
}

/* From now on the file of UUID ends at UNTIL.  If this fails, later requests for changes fail. */
static void extend(struct disks *disks, const char *uuid, const char *until)
{
	AUTO(auto_free) uint8_t *bits = NULL;
	struct bitmap bitmap;
	int error = disks_cbt_bitmap(disks, uuid, until, &bits, &bitmap.bytes);

	bitmap.bits = bits;
	if (error == 0)
		error = file_write(disks, uuid, until, &bitmap);
	if (error < 0)
		log_error_code(error, "cannot track what changed since '%s'", uuid);
}

void cbt_go_round(struct disks *disks, struct disk *disk, const char *uuid)
{
	AUTO(auto_free) char *path = heap_format("%s/" STATE_CBT, disks->state_folder);
	AUTO(auto_closedir) DIR *folder = opendir(path);
	char next[POOL_UUID_BYTES], until[POOL_UUID_BYTES];
	struct dirent *entry;

	if (!find_next(disks, disk, uuid, next))
		return;
	while (folder && (entry = readdir(folder)))
		if (strlen(entry->d_name) < POOL_UUID_BYTES &&
			file_end(disks, entry->d_name, until) && strcmp(until, uuid) == 0)
			extend(disks, entry->d_name, next);
}

static int check(struct disks *disks, const char *uuid, bool is_used, json_t **ret_failure)
{
	struct pool *pool = disks->pool;
	const char *code = NULL, *ref;

	pool_lock(pool);
	ref = pool_find_uuid(pool, POOL_CLASS_VDI, uuid);
	if (!ref || !pool_is(pool, POOL_CLASS_VDI, ref, "is_a_snapshot"))
		code = "OPERATION_NOT_ALLOWED";
	else if (!pool_is(pool, POOL_CLASS_VDI, ref, "cbt_enabled"))
		code = "VDI_NO_CBT_METADATA";
	else if (is_used)
		code = "VDI_IN_USE";
	if (code)
		*ret_failure = json_pack("[s,s]", code, ref ? ref : uuid);
	if (code && strcmp(code, "VDI_IN_USE") == 0)
		json_array_append_new(*ret_failure, json_string("data_destroy"));
	if (!code)
		pool_set(pool, POOL_CLASS_VDI, ref, "type", json_string(DISK_NO_DATA_TYPE));
	pool_unlock(pool);
	return code ? -EINVAL : 0;
}

int disks_data_destroy(struct disks *disks, const char *uuid, json_t **ret_failure)
{
	bool is_used = disks_use(disks, uuid, DISK_WRITE) < 0;
	int error = check(disks, uuid, is_used, ret_failure);
	struct disk *disk = NULL;
	enum disk_kind kind;

	if (error == 0)
		disk = disk_get(disks, uuid, &kind);
	if (disk)
		cbt_settle(disk);
	disk_put(disk);
	if (!is_used)
		disks_unuse(disks, uuid);
	return error;
}
