/* SPDX-License-Identifier: Apache-2.0 */
/* operations.c - operations on a VDI: snapshot, destroy, scan. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/disks/disk.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/disks/names.h"
#include "simfs/doors/xapi/disks/records.h"

/* Sets *RET to [CODE, PARAMETER]; returns ERROR. */
static int fail(json_t **ret, int error, const char *code, const char *one, const char *other)
{
	json_t *failure = json_pack("[s,s]", code, one);

	if (other)
		json_array_append_new(failure, json_string(other));
	*ret = failure;
	return error;
}

static int fail_by_uuid(json_t **ret, const char *uuid)
{
	return fail(ret, -ENOENT, "UUID_INVALID", "VDI", uuid);
}

static void ref_of(struct pool *pool, const char *uuid, char *ret)
{
	const char *ref;

	pool_lock(pool);
	ref = pool_find_uuid(pool, POOL_CLASS_VDI, uuid);
	snprintf(ret, POOL_REF_BYTES, "%s", ref ? ref : POOL_REF_NULL);
	pool_unlock(pool);
}

/* ---- snapshot ---- */

/* Like XAPI, copies the fields of the disk that users have set. */
static void snapshot_record(struct disk *disk, const char *uuid)
{
	struct pool *pool = disk->disks->pool;
	char time[POOL_DATE_BYTES];
	const char *leaf, *sr, *ref;
	json_t *fields;

	pool_lock(pool);
	leaf = pool_find_uuid(pool, POOL_CLASS_VDI, disk->leaf);
	sr = pool_find_uuid(pool, POOL_CLASS_SR, disk->sr->uuid);
	fields = json_deep_copy(pool_find(pool, POOL_CLASS_VDI, leaf ? leaf : ""));
	json_object_update_new(
		fields, json_pack("{s:s, s:s, s:b, s:s, s:s, s:[], s:[], s:{}, s:{}}", "uuid", uuid,
				"location", uuid, "is_a_snapshot", 1, "snapshot_of",
				leaf ? leaf : "", "snapshot_time", pool_date_now(time), "VBDs",
				"snapshots", "sm_config", "current_operations"));
	ref = pool_add(pool, POOL_CLASS_VDI, fields);
	if (leaf)
		pool_list_add(pool, POOL_CLASS_VDI, leaf, "snapshots", ref);
	if (sr)
		pool_list_add(pool, POOL_CLASS_SR, sr, "VDIs", ref);
	pool_unlock(pool);
}

static int snapshot_of(struct disk *disk, char *ret_uuid, json_t **ret_failure)
{
	struct disks *disks = disk->disks;
	AUTO(auto_free) char *message = NULL;
	char uuid[POOL_UUID_BYTES];
	int error;

	repository_balance(disks, disk->sr);
	pool_lock(disks->pool);
	pool_new_uuid(disks->pool, uuid);
	pool_unlock(disks->pool);
	error = disk_rig_call(
		disk->rig, "snapshot.create", json_pack("{s:s}", "name", uuid), NULL, &message);
	if (error < 0) {
		*ret_failure = failure_of(
			disk->sr, error, message, SNAPSHOT_FAILED, "Failed to snapshot VDI");
		return error;
	}
	snapshot_record(disk, uuid);
	disk_sync(disk);
	cbt_settle(disk);
	repository_settle(disks, disk->sr);
	snprintf(ret_uuid, POOL_UUID_BYTES, "%s", uuid);
	return 0;
}

int disks_snapshot(struct disks *disks, const char *uuid, char *ret_uuid, json_t **ret_failure)
{
	enum disk_kind kind;
	struct disk *disk = disk_get(disks, uuid, &kind);
	int error;

	if (!disk)
		return fail_by_uuid(ret_failure, uuid);
	if (kind == DISK_LEAF)
		error = snapshot_of(disk, ret_uuid, ret_failure);
	else
		error = fail(ret_failure, -EINVAL, "VDI_INCOMPATIBLE_TYPE", uuid, "snapshot");
	disk_put(disk);
	return error;
}

/* ---- destroy ---- */

static int destroy_snapshot(struct disk *disk, const char *uuid, json_t **ret_failure)
{
	AUTO(auto_free) char *message = NULL;
	char name[POOL_UUID_BYTES];
	int error;

	cbt_go_round(disk->disks, disk, uuid);
	disk_name_of(disk, uuid, name);
	error = disk_rig_call(
		disk->rig, "snapshot.delete", json_pack("{s:s}", "name", name), NULL, &message);

	if (error < 0 && error != -ENOENT) {
		*ret_failure = failure_of(disk->sr, error, message, 80, "Failed to delete VDI");
		return error;
	}
	/* A kill may have left both its file and its data. */
	cbt_forget(disk->disks, uuid);
	return 0;
}

/*
 * The removal cannot be undone from here: anything left of the disk is removed at the next start.
 */
static void drop_rest(struct disk *disk)
{
	int error = 0;

	/* If the rig does not answer, it may have unknown snapshots: it stays. */
	if (disk_sync(disk) == 0 && !*disk->leaf && !disk_has_snapshots(disk))
		error = disk_drop(disk);
	if (error < 0)
		log_error_code(error, "cannot remove the disk '%s'", disk->key);
}

/*
 * Claims VDI REF of UUID exclusively until disks_unuse().  Returns 0 or -EBUSY.  An attached VDI
 * can only be replaced.
 */
static int claim(struct disks *disks, const char *uuid, const char *ref, const char *heir)
{
	int error = disks_use(disks, uuid, DISK_WRITE);

	if (error < 0 || heir)
		return error;
	pool_lock(disks->pool);
	error = disks_is_attached(disks->pool, ref) ? -EBUSY : 0;
	pool_unlock(disks->pool);
	if (error < 0)
		disks_unuse(disks, uuid);
	return error;
}

/* Meanwhile, attempts to read it or to run with it fail as in use. */
static int destroy(struct disk *disk, enum disk_kind kind, const char *uuid, const char *heir,
	json_t **ret_failure)
{
	struct disks *disks = disk->disks;
	char ref[POOL_REF_BYTES];
	int error = 0;

	ref_of(disks->pool, uuid, ref);
	if (claim(disks, uuid, ref, heir) < 0)
		return fail(ret_failure, -EBUSY, "VDI_IN_USE", ref, heir ? "mirror" : "destroy");
	if (kind == DISK_SNAPSHOT)
		error = destroy_snapshot(disk, uuid, ret_failure);
	else
		leaf_forget(disk, heir);
	if (error == 0)
		drop_rest(disk);
	disks_unuse(disks, uuid);
	return error;
}

static void destroy_metadata(struct disks *disks, const char *uuid)
{
	char ref[POOL_REF_BYTES];

	cbt_go_round(disks, NULL, uuid);
	cbt_forget(disks, uuid);
	ref_of(disks->pool, uuid, ref);
	pool_lock(disks->pool);
	records_drop_vdi(disks->pool, ref);
	pool_unlock(disks->pool);
}

int disks_destroy(struct disks *disks, const char *uuid, json_t **ret_failure)
{
	enum disk_kind kind;
	struct disk *disk = disk_get(disks, uuid, &kind);
	int error;

	if (!disk && cbt_has_file(disks, uuid)) {
		destroy_metadata(disks, uuid);
		return 0;
	}
	if (!disk)
		return fail_by_uuid(ret_failure, uuid);
	if (kind == DISK_BASE_COPY)
		error = fail(ret_failure, -EINVAL, "OPERATION_NOT_ALLOWED",
			"VDI is not managed by XAPI", NULL);
	else
		error = destroy(disk, kind, uuid, NULL, ret_failure);
	if (error == 0)
		repository_settle(disks, disk->sr);
	disk_put(disk);
	return error;
}

/* Claims the leaf HEIR until disks_unuse(): other clients see it, and may have destroyed it. */
static int claim_heir(struct disks *disks, const char *heir, json_t **ret_failure)
{
	char ref[POOL_REF_BYTES];
	enum disk_kind kind;
	struct disk *disk;
	bool is_leaf;

	if (disks_use(disks, heir, DISK_READ) < 0) {
		ref_of(disks->pool, heir, ref);
		return fail(ret_failure, -EBUSY, "VDI_IN_USE", ref, "mirror");
	}
	disk = disk_get(disks, heir, &kind);
	is_leaf = disk && kind == DISK_LEAF;
	disk_put(disk);
	if (is_leaf)
		return 0;
	disks_unuse(disks, heir);
	return fail_by_uuid(ret_failure, heir);
}

int disks_replace(struct disks *disks, const char *uuid, const char *heir, json_t **ret_failure)
{
	enum disk_kind kind;
	struct disk *disk;
	int error = claim_heir(disks, heir, ret_failure);

	if (error < 0)
		return error;
	disk = disk_get(disks, uuid, &kind);
	if (!disk || kind != DISK_LEAF)
		error = fail_by_uuid(ret_failure, uuid);
	else
		error = destroy(disk, kind, uuid, heir, ret_failure);
	disks_unuse(disks, heir);
	if (error == 0)
		repository_settle(disks, disk->sr);
	disk_put(disk);
	return error;
}

int disks_changes(struct disks *disks, const char *uuid, uint64_t *ret, json_t **ret_failure)
{
	enum disk_kind kind;
	struct disk *disk = disk_get(disks, uuid, &kind);
	json_t *status = NULL;
	json_int_t writes, discards;
	int error = 0;

	if (!disk || kind != DISK_LEAF)
		error = fail_by_uuid(ret_failure, uuid);
	else if ((error = disk_rig_status(disk->rig, &status)) < 0 ||
		 json_unpack(status, "{s:{s:I, s:I}}", "counters", "live_writes", &writes,
			 "live_discards", &discards) < 0)
		error = fail(
			ret_failure, error < 0 ? error : -EPROTO, "VDI_NOT_AVAILABLE", uuid, NULL);
	if (error == 0)
		*ret = (uint64_t)writes + (uint64_t)discards;
	json_decref(status);
	disk_put(disk);
	return error;
}

/* ---- scan ---- */

static int scan_one(struct disk *disk, json_t **ret_failure)
{
	AUTO(auto_free) char *message = NULL;
	int error = 0;

	if (disk->sr->config->coalesce != CONFIG_COALESCE_NEVER)
		error = disk_rig_call(disk->rig, "coalesce", NULL, NULL, &message);
	if (error == 0)
		error = disk_sync(disk);
	if (error < 0)
		*ret_failure = failure_of(disk->sr, error, message, 40, "The SR scan failed");
	return error;
}

int disks_scan(struct disks *disks, const char *sr_uuid, json_t **ret_failure)
{
	struct repository *sr = repository_find(disks, sr_uuid);
	size_t count;
	struct disk **all;
	int error = 0;

	if (!sr)
		return fail(ret_failure, -ENOENT, "UUID_INVALID", "SR", sr_uuid);
	all = disks_get_all(disks, sr, &count);
	for (size_t i = 0; i < count && error == 0; i++)
		error = scan_one(all[i], ret_failure);
	disks_put_all(all, count);
	repository_settle(disks, sr);
	return error;
}
