/* SPDX-License-Identifier: Apache-2.0 */
/* records.c - a pool's initial records, and those of its leaves. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/disks/notes.h"
#include "simfs/doors/xapi/disks/records.h"

#define HOST_NAME    "host1"
#define HOST_ADDRESS "127.0.0.1"
#define HOST_VERSION "8.3.0"
#define VM_MEMORY    (1ll << 30)

/* The record of CLASS with UUID: the existing one, or a new one with FIELDS (stolen). */
static const char *ensure(
	struct pool *pool, enum pool_class class, const char *uuid, json_t *fields)
{
	const char *ref = pool_find_uuid(pool, class, uuid);

	if (ref) {
		json_decref(fields);
		return ref;
	}
	json_object_set_new(fields, "uuid", json_string(uuid));
	return pool_add(pool, class, fields);
}

/*
 * The same, but sets the fields that no client may write from FIELDS: POOL.yaml may have changed.
 */
static const char *renew(struct pool *pool, enum pool_class class, const char *uuid, json_t *fields)
{
	const char *ref = pool_find_uuid(pool, class, uuid);
	const char *name;
	json_t *value;

	if (!ref)
		return ensure(pool, class, uuid, fields);
	json_object_foreach(fields, name, value)
	{
		const struct pool_field *field = pool_class_field(class, name);

		if (field && !field->is_free &&
			!json_equal(value, pool_value(pool, class, ref, name)))
			pool_set(pool, class, ref, name, json_incref(value));
	}
	json_decref(fields);
	return ref;
}

static const char *const edition_names[] = {
	[CONFIG_EDITION_XCP_NG] = "xcp-ng",
	[CONFIG_EDITION_ENTERPRISE] = "enterprise-per-socket",
	[CONFIG_EDITION_FREE] = "free",
};

static const char *host_build(struct disks *disks, const struct config_host *host)
{
	enum config_edition edition = disks->config->edition;
	bool is_free = edition == CONFIG_EDITION_FREE;
	char uuid[POOL_UUID_BYTES];

	pool_uuid_of(disks->pool, "host", host->name, uuid);
	return renew(disks->pool, POOL_CLASS_HOST, uuid,
		json_pack("{s:s, s:s, s:s, s:b, s:s, s:{s:s, s:s}, s:{s:s}}", "name_label",
			host->name, "hostname", host->name, "address",
			host->address ? host->address : HOST_ADDRESS, "enabled", 1, "edition",
			edition_names[edition], "software_version", "product_brand",
			edition == CONFIG_EDITION_XCP_NG ? "XCP-ng" : "XenServer",
			"product_version", host->version ? host->version : HOST_VERSION,
			"license_params", "restrict_pci_device_for_auto_update",
			is_free ? "true" : "false"));
}

static const struct config_host usual_host = { .name = (char *)(uintptr_t)HOST_NAME };

static size_t host_count(const struct pool_config *config)
{
	return config->host_count > 0 ? config->host_count : 1;
}

static const struct config_host *host_at(const struct pool_config *config, size_t at)
{
	return config->host_count > 0 ? &config->hosts[at] : &usual_host;
}

/* The first of them is the master. */
static const char *hosts_build(struct disks *disks)
{
	const char *master = NULL;

	for (size_t i = 0; i < host_count(disks->config); i++) {
		const char *ref = host_build(disks, host_at(disks->config, i));

		master = master ? master : ref;
	}
	return master;
}

static bool host_is_wanted(struct disks *disks, const char *uuid)
{
	char its[POOL_UUID_BYTES];

	for (size_t i = 0; i < host_count(disks->config); i++) {
		pool_uuid_of(disks->pool, "host", host_at(disks->config, i)->name, its);
		if (strcmp(its, uuid) == 0)
			return true;
	}
	return false;
}

static const char *sr_build(struct disks *disks, struct repository *sr)
{
	const struct config_sr *config = sr->config;
	const char *type = config_sr_type_name(config->type);

	return renew(disks->pool, POOL_CLASS_SR, sr->uuid,
		json_pack("{s:s, s:s, s:s, s:b, s:I}", "name_label", config->name, "type", type,
			"content_type",
			config->type == CONFIG_SR_ISO	 ? "iso"
			: config->type == CONFIG_SR_UDEV ? "disk"
							 : "user",
			"shared", config->type == CONFIG_SR_NFS, "physical_size",
			(json_int_t)config->capacity_bytes));
}

/* The uuid of the pool: the only record, whatever its name was when it was made. */
static void uuid_of_pool(struct disks *disks, char *uuid)
{
	json_t *refs = pool_refs(disks->pool, POOL_CLASS_POOL);
	const char *ref = json_string_value(json_array_get(refs, 0));

	if (ref)
		snprintf(uuid, POOL_UUID_BYTES, "%s",
			pool_text(disks->pool, POOL_CLASS_POOL, ref, "uuid"));
	else
		pool_uuid_of(disks->pool, "pool", disks->config->name, uuid);
	json_decref(refs);
}

void records_vm(struct disks *disks, const struct config_vm *vm, const char *uuid)
{
	static const char *const powers[] = {
		[CONFIG_POWER_RUNNING] = "Running",
		[CONFIG_POWER_HALTED] = "Halted",
		[CONFIG_POWER_SUSPENDED] = "Suspended",
	};
	bool runs = vm->power == CONFIG_POWER_RUNNING;
	char pool_uuid[POOL_UUID_BYTES];
	const char *host;

	pool_lock(disks->pool);
	uuid_of_pool(disks, pool_uuid);
	host = pool_text(disks->pool, POOL_CLASS_POOL,
		pool_find_uuid(disks->pool, POOL_CLASS_POOL, pool_uuid), "master");
	ensure(disks->pool, POOL_CLASS_VM, uuid,
		json_pack("{s:s, s:s, s:b, s:s, s:s, s:i, s:i, s:I, s:I, s:I, s:I}", "name_label",
			vm->name, "power_state", powers[vm->power], "has_vendor_device",
			(int)vm->has_vendor_device, "resident_on", runs ? host : POOL_REF_NULL,
			"domain_type", "hvm", "VCPUs_max", 1, "VCPUs_at_startup", 1,
			"memory_static_max", (json_int_t)VM_MEMORY, "memory_static_min",
			(json_int_t)VM_MEMORY, "memory_dynamic_max", (json_int_t)VM_MEMORY,
			"memory_dynamic_min", (json_int_t)VM_MEMORY));
	pool_unlock(disks->pool);
}

/* Moves VMs to the master if their host is no longer in POOL.yaml. */
static void drop_hosts(struct disks *disks, const char *master)
{
	struct pool *pool = disks->pool;
	json_t *hosts = pool_refs(pool, POOL_CLASS_HOST), *vms = pool_refs(pool, POOL_CLASS_VM);
	json_t *host, *vm;
	size_t i, k;

	json_array_foreach(hosts, i, host)
	{
		const char *ref = json_string_value(host);

		if (host_is_wanted(disks, pool_text(pool, POOL_CLASS_HOST, ref, "uuid")))
			continue;
		json_array_foreach(vms, k, vm)
		{
			const char *its = json_string_value(vm);

			if (strcmp(pool_text(pool, POOL_CLASS_VM, its, "resident_on"), ref) == 0)
				pool_set(pool, POOL_CLASS_VM, its, "resident_on",
					json_string(master));
		}
		pool_remove(pool, POOL_CLASS_HOST, ref);
	}
	json_decref(hosts);
	json_decref(vms);
}

void records_build(struct disks *disks)
{
	const struct pool_config *config = disks->config;
	const char *master, *first = POOL_REF_NULL;
	char uuid[POOL_UUID_BYTES];

	pool_lock(disks->pool);
	master = hosts_build(disks);
	drop_hosts(disks, master);
	for (size_t i = 0; i < disks->sr_count; i++) {
		const char *ref = sr_build(disks, &disks->srs[i]);

		first = i == 0 ? ref : first;
	}
	uuid_of_pool(disks, uuid);
	renew(disks->pool, POOL_CLASS_POOL, uuid,
		json_pack("{s:s, s:s, s:s}", "name_label", config->name, "master", master,
			"default_SR", first));
	pool_unlock(disks->pool);
}

/* ---- leaves ---- */

bool records_leaf(struct disk *disk, const char *label, uint64_t size_bytes, json_t *fields)
{
	struct pool *pool = disk->disks->pool;
	json_t *all = fields ? json_deep_copy(fields) : json_object();
	const char *sr, *ref;
	bool is_new;

	pool_lock(pool);
	sr = pool_find_uuid(pool, POOL_CLASS_SR, disk->sr->uuid);
	is_new = !pool_find_uuid(pool, POOL_CLASS_VDI, disk->leaf);
	json_object_update_new(
		all, json_pack("{s:s, s:I, s:b, s:s, s:b, s:s}", "SR", sr ? sr : POOL_REF_NULL,
			     "virtual_size", (json_int_t)size_bytes, "managed", 1, "location",
			     disk->key, "is_a_snapshot", 0, "snapshot_of", POOL_REF_NULL));
	json_object_update_missing_new(all, json_pack("{s:s, s:s, s:s}", "name_label", label,
						    "type", "user", "on_boot", "persist"));
	for (size_t i = 0; i < 2; i++)
		json_object_set_new(all, i == 0 ? "VBDs" : "snapshots", json_array());
	ref = ensure(pool, POOL_CLASS_VDI, disk->leaf, all);
	if (sr && is_new)
		pool_list_add(pool, POOL_CLASS_SR, sr, "VDIs", ref);
	pool_unlock(pool);
	return is_new;
}

void records_vbd(struct disks *disks, const char *vm_uuid, const char *vdi_uuid, size_t index)
{
	static const char runs[] = "Running";
	struct pool *pool = disks->pool;
	AUTO(auto_free) char *number = heap_format("%zu", index);
	AUTO(auto_free) char *device = heap_format("xvd%c", (char)('a' + index % 26));
	const char *vm, *vdi, *vbd;

	pool_lock(pool);
	vm = pool_find_uuid(pool, POOL_CLASS_VM, vm_uuid);
	vdi = pool_find_uuid(pool, POOL_CLASS_VDI, vdi_uuid);
	if (vm && vdi) {
		vbd = pool_add(pool, POOL_CLASS_VBD,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b}", "VM", vm, "VDI", vdi,
				"type", "Disk", "mode", "RW", "userdevice", number, "device",
				device, "bootable", index == 0, "currently_attached",
				strcmp(pool_text(pool, POOL_CLASS_VM, vm, "power_state"), runs) ==
					0));
		pool_list_add(pool, POOL_CLASS_VM, vm, "VBDs", vbd);
		pool_list_add(pool, POOL_CLASS_VDI, vdi, "VBDs", vbd);
	}
	pool_unlock(pool);
}

void records_move_vdi(struct pool *pool, const char *old, const char *new)
{
	static const char *const lists[] = { "VBDs", "snapshots" };

	for (size_t k = 0; k < 2; k++) {
		json_t *refs = json_deep_copy(pool_value(pool, POOL_CLASS_VDI, old, lists[k])), *at;
		size_t i;

		json_array_foreach(refs, i, at)
		{
			const char *ref = json_string_value(at);

			if (k == 0)
				pool_set(pool, POOL_CLASS_VBD, ref, "VDI", json_string(new));
			else
				pool_set(
					pool, POOL_CLASS_VDI, ref, "snapshot_of", json_string(new));
			pool_list_add(pool, POOL_CLASS_VDI, new, lists[k], ref);
			pool_list_remove(pool, POOL_CLASS_VDI, old, lists[k], ref);
		}
		json_decref(refs);
	}
}

void records_drop_vdi(struct pool *pool, const char *ref)
{
	json_t *record = json_deep_copy(pool_find(pool, POOL_CLASS_VDI, ref)), *other;
	const char *of = json_string_value(json_object_get(record, "snapshot_of"));
	const char *sr = json_string_value(json_object_get(record, "SR"));
	char copy[POOL_REF_BYTES];
	size_t i;

	if (!record)
		return;
	snprintf(copy, sizeof copy, "%s", ref);
	json_array_foreach(json_object_get(record, "VBDs"), i, other)
	{
		const char *vbd = json_string_value(other);

		pool_list_remove(pool, POOL_CLASS_VM, pool_text(pool, POOL_CLASS_VBD, vbd, "VM"),
			"VBDs", vbd);
		pool_remove(pool, POOL_CLASS_VBD, vbd);
	}
	json_array_foreach(json_object_get(record, "snapshots"), i, other)
		pool_set(pool, POOL_CLASS_VDI, json_string_value(other), "snapshot_of",
			json_string(POOL_REF_NULL));
	pool_list_remove(pool, POOL_CLASS_VDI, of, "snapshots", copy);
	pool_list_remove(pool, POOL_CLASS_SR, sr, "VDIs", copy);
	pool_remove(pool, POOL_CLASS_VDI, copy);
	json_decref(record);
}

void records_drop_strangers(struct disks *disks)
{
	struct pool *pool = disks->pool;
	json_t *refs, *ref;
	size_t i;

	pool_lock(pool);
	refs = pool_refs(pool, POOL_CLASS_VDI);
	pool_unlock(pool);
	json_array_foreach(refs, i, ref)
	{
		char uuid[POOL_UUID_BYTES];
		enum disk_kind kind;
		struct disk *disk;

		pool_lock(pool);
		snprintf(uuid, sizeof uuid, "%s",
			pool_text(pool, POOL_CLASS_VDI, json_string_value(ref), "uuid"));
		pool_unlock(pool);
		disk = disk_get(disks, uuid, &kind);
		if (!disk && !note_has_vdi(disks, uuid) && !cbt_has_file(disks, uuid)) {
			pool_lock(pool);
			records_drop_vdi(pool, json_string_value(ref));
			pool_unlock(pool);
		}
		disk_put(disk);
	}
	json_decref(refs);
}

bool disks_can_export_vhd(struct disks *disks)
{
	const struct pool_config *config = disks->config;
	const char *version = config->host_count > 0 ? config->hosts[0].version : NULL;
	unsigned major, minor = 0;

	/* A version that is no number counts as new. */
	if (!version || sscanf(version, "%u.%u", &major, &minor) < 1)
		return true;
	return major > 6 || (major == 6 && minor >= 5);
}
