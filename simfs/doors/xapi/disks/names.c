/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.c - maps the VDIs of a rig to uuids.
 *
 * The uuid of a snapshot's VDI is its name, that of a base copy its node's.  But two rigs may have
 * the same ones: snapshots that a user named by hand, or images that were copied with the files
 * next to them.  The second gets a uuid derived from disk and name.  A name keeps its uuid, by the
 * notes.
 */
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/doors/xapi/disks/names.h"

struct naming {
	struct disk *disk;
	json_t *before; /* {"KIND NAME": uuid} of disk->names */
	json_t *names;	/* as disk->names */
	json_t *uuids;	/* the reverse */
};

static char *key_of(const char *kind, const char *name)
{
	return heap_format("%s %s", kind, name);
}

const char *name_in(const json_t *names, const char *uuid)
{
	return json_string_value(json_object_get(json_object_get(names, uuid), "name"));
}

const char *kind_in(const json_t *names, const char *uuid)
{
	return json_string_value(json_object_get(json_object_get(names, uuid), "kind"));
}

/* {"KIND NAME": uuid} of NAMES; the caller's. */
static json_t *turned(json_t *names)
{
	json_t *uuids = json_object(), *entry;
	const char *uuid;

	json_object_foreach(names, uuid, entry)
	{
		const char *kind = kind_in(names, uuid), *name = name_in(names, uuid);
		AUTO(auto_free) char *key = key_of(kind ? kind : "", name ? name : "");

		json_object_set_new(uuids, key, json_string(uuid));
	}
	return uuids;
}

/* A record without a disk may belong to one on an SR that is not served. */
static bool is_elsewhere(struct disk *disk, const char *uuid)
{
	struct pool *pool = disk->disks->pool;
	bool is_known;
	const char *ref;

	pool_lock(pool);
	ref = pool_find_uuid(pool, POOL_CLASS_VDI, uuid);
	is_known = ref && strcmp(pool_text(pool, POOL_CLASS_SR,
					 pool_text(pool, POOL_CLASS_VDI, ref, "SR"), "uuid"),
				  disk->sr->uuid) != 0;
	pool_unlock(pool);
	return is_known;
}

/* Whether another VDI has UUID.  Under disks->lock. */
static bool is_taken(const struct naming *naming, const char *uuid)
{
	struct disks *disks = naming->disk->disks;

	if (json_object_get(naming->names, uuid))
		return true;
	list_for_each (at, &disks->list) {
		const struct disk *disk = CONTAINER_OF(at, struct disk, link);

		if (strcmp(disk->leaf, uuid) == 0 || json_object_get(disk->names, uuid))
			return true;
	}
	return cbt_has_file(disks, uuid) || is_elsewhere(naming->disk, uuid);
}

/* Chooses a uuid for NAME, which has none yet, and copies it to UUID. */
static void choose(const struct naming *naming, const char *key, const char *name, char *uuid)
{
	AUTO(auto_free) char *own = heap_format("%s/%s", naming->disk->key, key);

	snprintf(uuid, POOL_UUID_BYTES, "%s", name);
	if (is_taken(naming, uuid))
		pool_uuid_of(naming->disk->disks->pool, "name", own, uuid);
}

static void take(struct naming *naming, const char *kind, const char *name)
{
	AUTO(auto_free) char *key = key_of(kind, name);
	const char *before = json_string_value(json_object_get(naming->before, key));
	char uuid[POOL_UUID_BYTES];

	if (before)
		snprintf(uuid, sizeof uuid, "%s", before);
	else
		choose(naming, key, name, uuid);
	json_object_set_new(
		naming->names, uuid, json_pack("{s:s, s:s}", "kind", kind, "name", name));
	json_object_set_new(naming->uuids, key, json_string(uuid));
}

json_t *names_take(struct disk *disk, json_t *status, json_t **ret_uuids)
{
	struct naming naming = { .disk = disk, .names = json_object(), .uuids = json_object() };
	json_t *item, *old;
	size_t i;

	pthread_mutex_lock(&disk->disks->lock);
	naming.before = turned(disk->names);
	json_array_foreach(json_object_get(status, "nodes"), i, item)
	{
		const char *name = json_string_value(json_object_get(item, "uuid"));

		if (name && json_is_true(json_object_get(item, "hidden")))
			take(&naming, KIND_BASE_COPY, name);
	}
	json_array_foreach(json_object_get(status, "snapshots"), i, item)
	{
		const char *name = json_string_value(json_object_get(item, "name"));

		if (name)
			take(&naming, KIND_SNAPSHOT, name);
	}
	old = disk->names;
	disk->names = naming.names;
	pthread_mutex_unlock(&disk->disks->lock);
	json_decref(naming.before);
	*ret_uuids = naming.uuids;
	return old;
}

const char *uuid_in(const json_t *uuids, const char *kind, const char *name)
{
	AUTO(auto_free) char *key = key_of(kind, name ? name : "");

	return json_string_value(json_object_get(uuids, key));
}

void disk_name_of(struct disk *disk, const char *uuid, char *ret)
{
	const char *name;

	pthread_mutex_lock(&disk->disks->lock);
	name = name_in(disk->names, uuid);
	snprintf(ret, POOL_UUID_BYTES, "%s", name ? name : uuid);
	pthread_mutex_unlock(&disk->disks->lock);
}
