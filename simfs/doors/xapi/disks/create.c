/* SPDX-License-Identifier: Apache-2.0 */
/* create.c - new leaves: empty ones, and full copies of a VDI's content. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"
#include "simfs/doors/xapi/disks/disk.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/disks/records.h"

#define COPY_BYTES    (1u << 20)

#define VDI_BYTES_MIN (1u << 20)
#define VDI_BYTES_MAX (1ull << 46)

/* ---- copying ---- */

struct copying {
	struct disks *disks;
	const char *uuid;
	uint64_t size_bytes;
	void (*progress)(void *context, double share);
	void *context;
};

/* Copies a range of data.  Returns where it ends, or -errno. */
static off_t copy_stretch(const struct copying *copying, int from, int to, off_t at, off_t end)
{
	AUTO(auto_free) char *bytes = heap_new(COPY_BYTES);

	while (at < end) {
		size_t length = (size_t)(end - at) < COPY_BYTES ? (size_t)(end - at) : COPY_BYTES;
		int error = 0;

		if (atomic_load(&copying->disks->is_stopping))
			error = -ECANCELED;
		if (error == 0)
			error = file_read_all(from, bytes, length, (uint64_t)at);
		if (error == 0)
			error = file_write_all(to, bytes, length, (uint64_t)at);
		if (error < 0)
			return error;
		at += (off_t)length;
		if (copying->progress)
			copying->progress(
				copying->context, (double)at / (double)copying->size_bytes);
	}
	return at;
}

/* Holes stay holes: they use no space in the SR. */
static int copy_data(const struct copying *copying, int from, int to)
{
	off_t at = 0, end = (off_t)copying->size_bytes;

	while (at < end) {
		off_t data = lseek(from, at, SEEK_DATA);
		off_t hole = data < 0 ? -1 : lseek(from, data, SEEK_HOLE);

		if (data < 0 && errno == ENXIO)
			return 0;
		if (data < 0 || hole < 0)
			return -errno;
		at = copy_stretch(copying, from, to, data, hole < end ? hole : end);
		if (at < 0)
			return (int)at;
	}
	return 0;
}

/* The bytes of FD that are not holes, which a copy needs. */
static uint64_t data_bytes(int fd, uint64_t size_bytes)
{
	off_t at = 0, end = (off_t)size_bytes;
	uint64_t bytes = 0;

	while (at < end) {
		off_t data = lseek(fd, at, SEEK_DATA);
		off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);

		if (hole <= data)
			return bytes;
		bytes += (uint64_t)(hole - data);
		at = hole;
	}
	return bytes;
}

/* ---- creating ---- */

static int fail(const struct repository *sr, int error, json_t **ret)
{
	/* In any SR: the space is checked before a disk is made. */
	if (error == -ENOSPC)
		*ret = json_pack("[s,s,s,s]", "SR_BACKEND_FAILURE_44", "",
			"There is insufficient space", "");
	else
		*ret = failure_of(sr, error, NULL, 78, "VDI Creation failed");
	return error;
}

/* Opens the source of a copy.  Returns 0, or -errno with the failure. */
static int open_source(
	struct disks *disks, struct repository *sr, const char *uuid, int *ret_fd, json_t **ret)
{
	int fd, error = disks_open(disks, uuid, O_RDONLY, &fd);
	const char *ref;

	if (error < 0 && error != -EBUSY)
		return fail(sr, error, ret);
	pool_lock(disks->pool);
	ref = pool_find_uuid(disks->pool, POOL_CLASS_VDI, uuid);
	if (error == -EBUSY) {
		*ret = json_pack("[s,s,s]", "VDI_IN_USE", ref ? ref : uuid, "copy");
	} else if (ref && disks_has_no_data(disks->pool, ref)) {
		error = -EMEDIUMTYPE;
		*ret = json_pack("[s,s,s]", "VDI_INCOMPATIBLE_TYPE", ref, DISK_NO_DATA_TYPE);
	}
	pool_unlock(disks->pool);
	if (error == -EMEDIUMTYPE)
		disks_close(disks, uuid, fd);
	if (error == 0)
		*ret_fd = fd;
	return error;
}

static int admit(struct disks *disks, struct repository *sr, uint64_t needed_bytes)
{
	return needed_bytes <= repository_balance(disks, sr) ? 0 : -ENOSPC;
}

/* Starts a disk on a finished image; removes the image if that fails. */
static int enter(struct disks *disks, struct repository *sr, const char *uuid, const char *image,
	json_t *fields)
{
	struct disk *disk;
	int error;

	/* A rig takes longer to start than the server may take to end. */
	if (atomic_load(&disks->is_stopping))
		return -ECANCELED;
	error = disk_start(disks,
		&(struct disk_order){ .sr = sr,
			.key = uuid,
			.leaf = uuid,
			.image = image,
			.image_is_ours = true,
			.is_made = true },
		&disk);

	if (error < 0) {
		image_remove(image);
		return error;
	}
	records_leaf(disk, "", disk_rig_size_bytes(disk->rig), fields);
	error = disk_sync(disk);
	if (error == 0)
		error = disks_save(disks);
	if (error < 0) {
		disk_undo(disk);
		return error;
	}
	image_keep(image);
	keeper_start(disk);
	repository_settle(disks, sr);
	return 0;
}

static void name_new(struct disks *disks, char *uuid)
{
	pool_lock(disks->pool);
	pool_new_uuid(disks->pool, uuid);
	pool_unlock(disks->pool);
}

static struct repository *find_sr(struct disks *disks, const char *sr_uuid, json_t **ret_failure)
{
	struct repository *sr = repository_find(disks, sr_uuid);

	if (!sr)
		*ret_failure = json_pack("[s,s,s]", "UUID_INVALID", "SR", sr_uuid);
	return sr;
}

int disks_create_leaf(struct disks *disks, const char *sr_uuid, uint64_t size_bytes, json_t *fields,
	char *ret_uuid, json_t **ret_failure)
{
	struct repository *sr = find_sr(disks, sr_uuid, ret_failure);
	AUTO(auto_free) char *image = NULL;
	char uuid[POOL_UUID_BYTES];
	int error;

	if (!sr)
		return -ENOENT;
	if (size_bytes < VDI_BYTES_MIN || size_bytes > VDI_BYTES_MAX) {
		*ret_failure = json_pack("[s,s,s]", "INVALID_VALUE", "virtual_size",
			"it is less than 1 MiB, or more than 64 TiB");
		return -EINVAL;
	}
	error = admit(disks, sr, config_sr_is_thick(sr->config) ? size_bytes : 0);
	if (error < 0)
		return fail(sr, error, ret_failure);
	name_new(disks, uuid);
	image = image_path(disks, uuid);
	error = image_doubt(image);
	if (error == 0)
		error = image_create(image, size_bytes);
	if (error < 0)
		image_remove(image);
	else
		error = enter(disks, sr, uuid, image, fields);
	if (error < 0)
		return fail(sr, error, ret_failure);
	snprintf(ret_uuid, POOL_UUID_BYTES, "%s", uuid);
	return 0;
}

/* Copies the content of FROM into the new file IMAGE. */
static int copy_into(const struct copying *copying, int from, const char *image)
{
	AUTO(auto_close) int to = -1;
	int error = image_create(image, copying->size_bytes);

	if (error < 0)
		return error;
	to = open(image, O_WRONLY | O_CLOEXEC);
	return to < 0 ? -errno : copy_data(copying, from, to);
}

static int copy_from(
	const struct copying *copying, struct repository *sr, int from, const char *image)
{
	bool is_thick = config_sr_is_thick(sr->config);
	int error = admit(copying->disks, sr,
		is_thick ? copying->size_bytes : data_bytes(from, copying->size_bytes));

	return error < 0 ? error : copy_into(copying, from, image);
}

int disks_copy(struct disks *disks, const char *uuid, const char *sr_uuid, json_t *fields,
	void (*progress)(void *context, double share), void *context, char *ret_uuid,
	json_t **ret_failure)
{
	struct repository *sr = find_sr(disks, sr_uuid, ret_failure);
	struct copying copying = { disks, uuid, 0, progress, context };
	AUTO(auto_free) char *image = NULL;
	char new_uuid[POOL_UUID_BYTES];
	struct disk_facts facts;
	int fd = -1, error;

	if (!sr)
		return -ENOENT;
	error = disks_find(disks, uuid, &facts);
	if (error < 0)
		return fail(sr, error, ret_failure);
	error = open_source(disks, sr, uuid, &fd, ret_failure);
	if (error < 0)
		return error;
	copying.size_bytes = facts.size_bytes;
	name_new(disks, new_uuid);
	image = image_path(disks, new_uuid);
	error = image_doubt(image);
	if (error == 0)
		error = copy_from(&copying, sr, fd, image);
	disks_close(disks, uuid, fd);
	if (error < 0)
		image_remove(image);
	else
		error = enter(disks, sr, new_uuid, image, fields);
	if (error < 0)
		return fail(sr, error, ret_failure);
	snprintf(ret_uuid, POOL_UUID_BYTES, "%s", new_uuid);
	return 0;
}
