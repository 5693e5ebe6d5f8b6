/* SPDX-License-Identifier: Apache-2.0 */
/* sync.c - updates the records of a disk's VDIs from its rig. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/heap.h"
#include "simfs/base/mix.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/disks/names.h"
#include "simfs/doors/xapi/disks/notes.h"
#include "simfs/doors/xapi/disks/records.h"

#define BASE_COPY_LABEL "base copy"
#define PARENT_KEY	"vhd-parent"

static json_int_t integer_at(json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *text_at(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static uint64_t hash_text(uint64_t hash, json_t *object, const char *key)
{
	const char *text = text_at(object, key);

	for (; text && *text; text++)
		hash = mix64(hash ^ (unsigned char)*text);
	return mix64(hash);
}

/* Counts would not change when one is removed and another added. */
static uint64_t hash_trees(json_t *status)
{
	uint64_t hash = 0;
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(status, "nodes"), i, item)
	{
		hash = hash_text(hash_text(hash, item, "uuid"), item, "parent");
		hash ^= json_is_true(json_object_get(item, "hidden"));
	}
	json_array_foreach(json_object_get(status, "snapshots"), i, item)
		hash = hash_text(hash_text(hash, item, "name"), item, "parent");
	return hash;
}

void signature_read(json_t *status, struct signature *ret)
{
	json_t *sr = json_object_get(json_object_get(status, "chain"), "sr");

	*ret = (struct signature){
		.used_bytes = (uint64_t)integer_at(sr, "used_bytes"),
		.trees = hash_trees(status),
	};
}

/* One sync; under the pool's lock. */
struct syncing {
	struct disk *disk;
	struct pool *pool;
	const char *sr; /* its ref */
	json_t *uuids;	/* by names in the rig: uuid_in() */
};

/* Does not report a change unless there is one, to spare clients that wait for events. */
static void set_number(struct pool *pool, const char *ref, const char *field, json_int_t number)
{
	if (pool_number(pool, POOL_CLASS_VDI, ref, field) != (uint64_t)number)
		pool_set(pool, POOL_CLASS_VDI, ref, field, json_integer(number));
}

/* A real pool has the uuid there, not the reference, for base copies and leaves alike. */
static void set_parent(struct pool *pool, const char *ref, const char *parent)
{
	const char *now = pool_map_text(pool, POOL_CLASS_VDI, ref, "sm_config", PARENT_KEY);

	if (!parent)
		pool_map_remove(pool, POOL_CLASS_VDI, ref, "sm_config", PARENT_KEY);
	else if (!now || strcmp(now, parent) != 0)
		pool_map_set(pool, POOL_CLASS_VDI, ref, "sm_config", PARENT_KEY, parent);
}

/* The disk may be on another SR than when it was last served. */
static void set_repository(const struct syncing *syncing, const char *ref)
{
	struct pool *pool = syncing->pool;
	char now[POOL_REF_BYTES];

	snprintf(now, sizeof now, "%s", pool_text(pool, POOL_CLASS_VDI, ref, "SR"));
	if (!syncing->sr || strcmp(now, syncing->sr) == 0)
		return;
	pool_list_remove(pool, POOL_CLASS_SR, now, "VDIs", ref);
	pool_set(pool, POOL_CLASS_VDI, ref, "SR", json_string(syncing->sr));
	pool_list_add(pool, POOL_CLASS_SR, syncing->sr, "VDIs", ref);
}

static void set_format(const struct syncing *syncing, const char *ref)
{
	if (syncing->disk->sr->config->format == CONFIG_FORMAT_QCOW2 &&
		!pool_map_text(syncing->pool, POOL_CLASS_VDI, ref, "sm_config", "image-format"))
		pool_map_set(
			syncing->pool, POOL_CLASS_VDI, ref, "sm_config", "image-format", "qcow2");
}

/* Sets what STATUS has for leaves, snapshots and base copies alike. */
static void set_common(const struct syncing *syncing, const char *ref, json_t *status)
{
	set_repository(syncing, ref);
	set_parent(syncing->pool, ref,
		uuid_in(syncing->uuids, KIND_BASE_COPY, text_at(status, "parent")));
	set_format(syncing, ref);
	set_number(syncing->pool, ref, "physical_utilisation", integer_at(status, "sr_bytes"));
}

/* If its disk was away, it becomes the disk's snapshot again. */
static void set_snapshot_of(const struct syncing *syncing, const char *ref)
{
	struct pool *pool = syncing->pool;
	const char *leaf = pool_find_uuid(pool, POOL_CLASS_VDI, syncing->disk->leaf);

	if (!leaf ||
		strcmp(pool_text(pool, POOL_CLASS_VDI, ref, "snapshot_of"), POOL_REF_NULL) != 0)
		return;
	pool_set(pool, POOL_CLASS_VDI, ref, "snapshot_of", json_string(leaf));
	pool_list_add(pool, POOL_CLASS_VDI, leaf, "snapshots", ref);
}

static const char *introduce(const struct syncing *syncing, json_t *fields)
{
	const char *ref;

	json_object_update_new(fields,
		json_pack("{s:s, s:I, s:s}", "SR", syncing->sr, "virtual_size",
			(json_int_t)disk_rig_size_bytes(syncing->disk->rig), "type", "user"));
	ref = pool_add(syncing->pool, POOL_CLASS_VDI, fields);
	pool_list_add(syncing->pool, POOL_CLASS_SR, syncing->sr, "VDIs", ref);
	return ref;
}

static void sync_base_copy(const struct syncing *syncing, json_t *node)
{
	const char *uuid = uuid_in(syncing->uuids, KIND_BASE_COPY, text_at(node, "uuid"));
	const char *ref;

	if (!uuid)
		return;
	ref = pool_find_uuid(syncing->pool, POOL_CLASS_VDI, uuid);
	if (!ref)
		ref = introduce(syncing,
			json_pack("{s:s, s:s, s:b, s:b, s:s}", "uuid", uuid, "name_label",
				BASE_COPY_LABEL, "managed", 0, "read_only", 1, "location", uuid));
	set_common(syncing, ref, node);
}

/* A snapshot that was not taken through this server: from before a crash, or by hand. */
static const char *introduce_snapshot(const struct syncing *syncing, const char *uuid)
{
	struct pool *pool = syncing->pool;
	const char *leaf = pool_find_uuid(pool, POOL_CLASS_VDI, syncing->disk->leaf);
	char time[POOL_DATE_BYTES];
	const char *ref = introduce(syncing,
		json_pack("{s:s, s:b, s:s, s:b, s:s, s:s}", "uuid", uuid, "managed", 1, "location",
			uuid, "is_a_snapshot", 1, "snapshot_of", leaf ? leaf : POOL_REF_NULL,
			"snapshot_time", pool_date_now(time)));

	if (leaf)
		pool_list_add(pool, POOL_CLASS_VDI, leaf, "snapshots", ref);
	return ref;
}

static void sync_snapshot(const struct syncing *syncing, json_t *snapshot)
{
	const char *uuid = uuid_in(syncing->uuids, KIND_SNAPSHOT, text_at(snapshot, "name"));
	const char *ref;

	if (!uuid)
		return;
	ref = pool_find_uuid(syncing->pool, POOL_CLASS_VDI, uuid);
	if (!ref)
		ref = introduce_snapshot(syncing, uuid);
	set_snapshot_of(syncing, ref);
	set_common(syncing, ref, snapshot);
}

static void sync_leaf(const struct syncing *syncing, json_t *node)
{
	const char *role = text_at(node, "role");
	const char *ref = pool_find_uuid(syncing->pool, POOL_CLASS_VDI, syncing->disk->leaf);

	if (!ref || !role || strcmp(role, "live") != 0)
		return;
	set_common(syncing, ref, node);
	set_number(syncing->pool, ref, "virtual_size",
		(json_int_t)disk_rig_size_bytes(syncing->disk->rig));
}

/* Drops the records of VDIs in BEFORE that are gone. */
static void drop_others(const struct syncing *syncing, json_t *before)
{
	json_t *name;
	const char *uuid;

	json_object_foreach(before, uuid, name)
	{
		const char *ref = pool_find_uuid(syncing->pool, POOL_CLASS_VDI, uuid);

		if (ref && !json_object_get(syncing->disk->names, uuid) &&
			!cbt_has_file(syncing->disk->disks, uuid))
			records_drop_vdi(syncing->pool, ref);
	}
}

static void sync_with(struct disk *disk, json_t *status)
{
	struct syncing syncing = { .disk = disk, .pool = disk->disks->pool };
	json_t *before = names_take(disk, status, &syncing.uuids), *item;
	size_t i;

	pool_lock(syncing.pool);
	syncing.sr = pool_find_uuid(syncing.pool, POOL_CLASS_SR, disk->sr->uuid);
	json_array_foreach(json_object_get(status, "nodes"), i, item)
	{
		sync_base_copy(&syncing, item);
		sync_leaf(&syncing, item);
	}
	json_array_foreach(json_object_get(status, "snapshots"), i, item)
		sync_snapshot(&syncing, item);
	drop_others(&syncing, before);
	note_disk(disk);
	pool_unlock(syncing.pool);

	pthread_mutex_lock(&disk->disks->lock);
	signature_read(status, &disk->seen);
	pthread_mutex_unlock(&disk->disks->lock);
	json_decref(syncing.uuids);
	json_decref(before);
}

int disk_sync(struct disk *disk)
{
	json_t *status;
	int error = disk_rig_status(disk->rig, &status);

	if (error < 0)
		return error;
	sync_with(disk, status);
	json_decref(status);
	return 0;
}
