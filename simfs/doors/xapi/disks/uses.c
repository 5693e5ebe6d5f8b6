/* SPDX-License-Identifier: Apache-2.0 */
/* uses.c - keeps a VDI from being changed while it is in use. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/doors/xapi/disks/internal.h"

/* In place of the number of readers. */
#define WRITTEN (-1)

/* Needs uses_lock. */
static json_int_t count_of(struct disks *disks, const char *uuid)
{
	return json_integer_value(json_object_get(disks->uses, uuid));
}

static void count_set(struct disks *disks, const char *uuid, json_int_t count)
{
	if (count)
		json_object_set_new(disks->uses, uuid, json_integer(count));
	else
		json_object_del(disks->uses, uuid);
}

int disks_use(struct disks *disks, const char *uuid, enum disk_use use)
{
	json_int_t count;
	bool is_free;

	pthread_mutex_lock(&disks->uses_lock);
	count = count_of(disks, uuid);
	is_free = use == DISK_READ ? count >= 0 : count == 0;
	if (is_free)
		count_set(disks, uuid, use == DISK_READ ? count + 1 : WRITTEN);
	pthread_mutex_unlock(&disks->uses_lock);
	return is_free ? 0 : -EBUSY;
}

void disks_unuse(struct disks *disks, const char *uuid)
{
	json_int_t count;

	pthread_mutex_lock(&disks->uses_lock);
	count = count_of(disks, uuid);
	MUST(count != 0);
	count_set(disks, uuid, count == WRITTEN ? 0 : count - 1);
	pthread_mutex_unlock(&disks->uses_lock);
}

bool disks_in_use(struct disks *disks, const char *uuid)
{
	bool is_used;

	pthread_mutex_lock(&disks->uses_lock);
	is_used = count_of(disks, uuid) != 0;
	pthread_mutex_unlock(&disks->uses_lock);
	return is_used;
}

bool disks_is_attached(struct pool *pool, const char *vdi)
{
	json_t *vbd;
	size_t i;

	json_array_foreach(pool_value(pool, POOL_CLASS_VDI, vdi, "VBDs"), i, vbd)
	{
		if (pool_is(pool, POOL_CLASS_VBD, json_string_value(vbd), "currently_attached"))
			return true;
	}
	return false;
}

bool disks_has_no_data(struct pool *pool, const char *vdi)
{
	return strcmp(pool_text(pool, POOL_CLASS_VDI, vdi, "type"), DISK_NO_DATA_TYPE) == 0;
}

int disks_open(struct disks *disks, const char *uuid, int flags, int *ret_fd)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY;
	struct disk_facts facts;
	int error = disks_find(disks, uuid, &facts);
	int fd;

	if (error < 0)
		return error;
	if (facts.kind == DISK_BASE_COPY)
		return -ENOTSUP;
	if (facts.kind == DISK_SNAPSHOT && writes)
		return -EROFS;
	/* Before the open, so that it cannot be destroyed in between. */
	error = disks_use(disks, uuid, writes ? DISK_WRITE : DISK_READ);
	if (error < 0)
		return error;
	fd = open(facts.path, flags | O_CLOEXEC);
	if (fd < 0) {
		error = -errno;
		disks_unuse(disks, uuid);
		return error;
	}
	*ret_fd = fd;
	return 0;
}

void disks_close(struct disks *disks, const char *uuid, int fd)
{
	close(fd);
	disks_unuse(disks, uuid);
}
