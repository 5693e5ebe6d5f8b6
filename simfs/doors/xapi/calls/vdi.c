/* SPDX-License-Identifier: Apache-2.0 */
/* vdi.c - VDI.create, .snapshot, .destroy and the copies of a VDI. */
#include <stdio.h>
#include <string.h>

#include "simfs/doors/xapi/calls/call.h"
#include "simfs/doors/xapi/disks/disks.h"
#include "simfs/doors/xapi/pool/pool.h"

/* A VDI, at the time it was read. */
struct facts {
	char ref[POOL_REF_BYTES];
	char uuid[POOL_UUID_BYTES];
	char sr[POOL_REF_BYTES];
	char sr_uuid[POOL_UUID_BYTES];
	bool is_managed, is_snapshot, has_data;
};

static void look(struct call *call, const char *vdi, struct facts *ret)
{
	struct pool *pool = call->pool;

	*ret = (struct facts){ 0 };
	pool_lock(pool);
	snprintf(ret->ref, sizeof ret->ref, "%s", vdi);
	snprintf(ret->uuid, sizeof ret->uuid, "%s", pool_text(pool, POOL_CLASS_VDI, vdi, "uuid"));
	snprintf(ret->sr, sizeof ret->sr, "%s", pool_text(pool, POOL_CLASS_VDI, vdi, "SR"));
	snprintf(ret->sr_uuid, sizeof ret->sr_uuid, "%s",
		pool_text(pool, POOL_CLASS_SR, ret->sr, "uuid"));
	ret->is_managed = pool_is(pool, POOL_CLASS_VDI, vdi, "managed");
	ret->has_data = strcmp(pool_text(pool, POOL_CLASS_VDI, vdi, "type"), "cbt_metadata") != 0;
	ret->is_snapshot = pool_is(pool, POOL_CLASS_VDI, vdi, "is_a_snapshot");
	pool_unlock(pool);
}

/* Sets the result to the ref of the VDI with UUID. */
static int give(struct call *call, const char *uuid)
{
	const char *ref;

	pool_lock(call->pool);
	ref = pool_find_uuid(call->pool, POOL_CLASS_VDI, uuid);
	call->result = json_string(ref ? ref : POOL_REF_NULL);
	pool_unlock(call->pool);
	return 0;
}

/* ---- creating ---- */

/* The fields of a new VDI that a client may set. */
static json_t *allowed_fields(const json_t *record)
{
	static const char *const names[] = { "name_label", "name_description", "type", "sharable",
		"read_only", "other_config", "xenstore_data", "tags", "on_boot", "allow_caching" };
	json_t *fields = json_object();

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		json_t *value = json_object_get(record, names[i]);

		if (value)
			json_object_set_new(fields, names[i], json_deep_copy(value));
	}
	return fields;
}

/* A size is a number, or a text with one. */
static bool read_size(const json_t *value, uint64_t *ret)
{
	if (!pool_kind_fits(POOL_KIND_INT, value))
		return false;
	*ret = json_is_integer(value) ? (uint64_t)json_integer_value(value)
				      : strtoull(json_string_value(value), NULL, 10);
	return json_is_string(value) || json_integer_value(value) >= 0;
}

int vdi_create(struct call *call)
{
	json_t *record = call_argument(call, 0), *fields;
	const char *sr = json_string_value(json_object_get(record, "SR"));
	char sr_uuid[POOL_UUID_BYTES], uuid[POOL_UUID_BYTES];
	uint64_t size_bytes;
	int error;

	if (!read_size(json_object_get(record, "virtual_size"), &size_bytes))
		return call_fail(call, "FIELD_TYPE_ERROR", "virtual_size", NULL);
	call_sr_uuid(call, sr ? sr : "", sr_uuid);
	if (!*sr_uuid)
		return call_fail(call, "HANDLE_INVALID", "SR", sr ? sr : "", NULL);
	fields = allowed_fields(record);
	disks_sr_lock(call->disks, sr_uuid);
	error = disks_create_leaf(call->disks, sr_uuid, size_bytes, fields, uuid, &call->failure);
	disks_sr_unlock(call->disks, sr_uuid);
	json_decref(fields);
	return error < 0 ? CALL_FAILED : give(call, uuid);
}

int vdi_snapshot(struct call *call)
{
	char uuid[POOL_UUID_BYTES];
	struct facts facts;
	int error;

	look(call, call_text(call, 0), &facts);
	if (facts.is_snapshot || !facts.is_managed)
		return call_fail(call, "OPERATION_NOT_ALLOWED", "it is not a disk of a VM", NULL);
	if (!disks_sr_can_snapshot(call->disks, facts.sr_uuid))
		return call_fail(call, "SR_OPERATION_NOT_SUPPORTED", facts.sr, NULL);
	disks_sr_lock(call->disks, facts.sr_uuid);
	error = disks_snapshot(call->disks, facts.uuid, uuid, &call->failure);
	disks_sr_unlock(call->disks, facts.sr_uuid);
	return error < 0 ? CALL_FAILED : give(call, uuid);
}

static int copy_to(struct call *call, const struct facts *facts, const char *sr_uuid, char *uuid)
{
	json_t *record, *fields;
	int error;

	/* Its rig may still have it. */
	if (!facts->has_data)
		return call_fail(call, "VDI_INCOMPATIBLE_TYPE", facts->ref, "cbt_metadata", NULL);
	pool_lock(call->pool);
	record = json_deep_copy(pool_find(call->pool, POOL_CLASS_VDI, facts->ref));
	pool_unlock(call->pool);
	fields = allowed_fields(record);
	disks_sr_lock(call->disks, sr_uuid);
	error = disks_copy(call->disks, facts->uuid, sr_uuid, fields, call_copy_progress, call,
		uuid, &call->failure);
	disks_sr_unlock(call->disks, sr_uuid);
	json_decref(record);
	json_decref(fields);
	return error < 0 ? CALL_FAILED : 0;
}

int vdi_clone(struct call *call)
{
	char uuid[POOL_UUID_BYTES];
	struct facts facts;

	look(call, call_text(call, 0), &facts);
	return copy_to(call, &facts, facts.sr_uuid, uuid) < 0 ? CALL_FAILED : give(call, uuid);
}

int vdi_copy(struct call *call)
{
	char uuid[POOL_UUID_BYTES], sr_uuid[POOL_UUID_BYTES];
	struct facts facts;

	look(call, call_text(call, 0), &facts);
	call_sr_uuid(call, call_text(call, 1), sr_uuid);
	return copy_to(call, &facts, sr_uuid, uuid) < 0 ? CALL_FAILED : give(call, uuid);
}

/* ---- moving ---- */

/* HEIR has the content of the disk after CHANGES writes; it would lack later ones. */
static int replace(struct call *call, const struct facts *facts, const char *heir, uint64_t changes)
{
	uint64_t now;
	int error;

	disks_sr_lock(call->disks, facts->sr_uuid);
	error = disks_changes(call->disks, facts->uuid, &now, &call->failure);
	if (error == 0 && now != changes)
		error = call_fail(call, "MIRROR_FAILED", facts->ref, NULL);
	if (error == 0)
		error = disks_replace(call->disks, facts->uuid, heir, &call->failure);
	disks_sr_unlock(call->disks, facts->sr_uuid);
	return error < 0 ? CALL_FAILED : 0;
}

/* Destroys a copy that could not replace the disk. */
static void drop_copy(struct call *call, const char *uuid, const char *sr_uuid)
{
	json_t *failure = NULL;

	disks_sr_lock(call->disks, sr_uuid);
	disks_destroy(call->disks, uuid, &failure);
	disks_sr_unlock(call->disks, sr_uuid);
	json_decref(failure);
}

int vdi_pool_migrate(struct call *call)
{
	char uuid[POOL_UUID_BYTES], sr_uuid[POOL_UUID_BYTES];
	struct facts facts;
	uint64_t changes;

	look(call, call_text(call, 0), &facts);
	call_sr_uuid(call, call_text(call, 1), sr_uuid);
	if (facts.is_snapshot || !facts.is_managed)
		return call_fail(call, "OPERATION_NOT_ALLOWED", "it is not a disk of a VM", NULL);
	if (disks_in_use(call->disks, facts.uuid))
		return call_fail(call, "VDI_IN_USE", facts.ref, "mirror", NULL);
	if (disks_changes(call->disks, facts.uuid, &changes, &call->failure) < 0 ||
		copy_to(call, &facts, sr_uuid, uuid) < 0)
		return CALL_FAILED;
	/* In between it may have been opened for reading, or written. */
	if (replace(call, &facts, uuid, changes) < 0) {
		drop_copy(call, uuid, sr_uuid);
		return CALL_FAILED;
	}
	return give(call, uuid);
}

/* ---- destroying ---- */

int vdi_destroy(struct call *call)
{
	struct facts facts;
	int error;

	look(call, call_text(call, 0), &facts);
	disks_sr_lock(call->disks, facts.sr_uuid);
	error = disks_destroy(call->disks, facts.uuid, &call->failure);
	disks_sr_unlock(call->disks, facts.sr_uuid);
	return error < 0 ? CALL_FAILED : 0;
}
