/* SPDX-License-Identifier: Apache-2.0 */
/* vm.c - VM.create, .destroy, and power states of VMs. */
#include "simfs/doors/xapi/calls/vm.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "simfs/doors/xapi/disks/disks.h"

#define HALTED	  "Halted"
#define RUNNING	  "Running"
#define SUSPENDED "Suspended"

/* ---- checks ---- */

int vm_check_operation(struct call *call, const char *vm, const char *operation)
{
	const char *reason;
	int result = 0;

	pool_lock(call->pool);
	reason = pool_map_text(call->pool, POOL_CLASS_VM, vm, "blocked_operations", operation);
	if (reason)
		result = call_fail(call, "OPERATION_BLOCKED", vm, reason, NULL);
	pool_unlock(call->pool);
	return result;
}

int vm_check_licence(struct call *call, const char *vm)
{
	static const char restriction[] = "restrict_pci_device_for_auto_update";
	struct pool *pool = call->pool;
	json_t *hosts, *host;
	bool is_restricted = false;
	size_t i;

	pool_lock(pool);
	hosts = pool_refs(pool, POOL_CLASS_HOST);
	json_array_foreach(hosts, i, host)
	{
		const char *text = pool_map_text(pool, POOL_CLASS_HOST, json_string_value(host),
			"license_params", restriction);

		is_restricted = is_restricted || (text && strcmp(text, "true") == 0);
	}
	is_restricted = is_restricted && pool_is(pool, POOL_CLASS_VM, vm, "has_vendor_device");
	pool_unlock(pool);
	json_decref(hosts);
	/* The spelling is XAPI's. */
	return is_restricted
		       ? call_fail(call, "LICENCE_RESTRICTION", "PCI_device_for_auto_update", NULL)
		       : 0;
}

/* ---- creating ---- */

static const char *add_vbd(struct pool *pool, const char *like, const char *vm, const char *vdi)
{
	json_t *fields = json_deep_copy(pool_find(pool, POOL_CLASS_VBD, like));
	const char *ref;

	if (!fields)
		fields = json_object();
	json_object_del(fields, "uuid");
	json_object_update_new(fields,
		json_pack("{s:s, s:s, s:b}", "VM", vm, "VDI", vdi, "currently_attached", 0));
	ref = pool_add(pool, POOL_CLASS_VBD, fields);
	pool_list_add(pool, POOL_CLASS_VM, vm, "VBDs", ref);
	pool_list_add(pool, POOL_CLASS_VDI, vdi, "VBDs", ref);
	return ref;
}

int vm_make_like(struct call *call, const char *vm, json_t *fields, const struct vm_disks *disks)
{
	static const char *const own_lists[] = { "VBDs", "VIFs", "VTPMs", "snapshots", "children" };
	struct pool *pool = call->pool;
	json_t *all;
	const char *ref;

	pool_lock(pool);
	all = json_deep_copy(pool_find(pool, POOL_CLASS_VM, vm));
	if (!all) {
		pool_unlock(pool);
		json_decref(fields);
		return call_fail(call, "HANDLE_INVALID", "VM", vm, NULL);
	}
	json_object_del(all, "uuid");
	for (size_t i = 0; i < sizeof own_lists / sizeof own_lists[0]; i++)
		json_object_set_new(all, own_lists[i], json_array());
	json_object_set_new(all, "current_operations", json_object());
	json_object_set_new(all, "parent", json_string(POOL_REF_NULL));
	json_object_update_new(all, fields);
	ref = pool_add(pool, POOL_CLASS_VM, all);
	for (size_t i = 0; i < disks->count; i++) {
		const char *vdi = pool_find_uuid(pool, POOL_CLASS_VDI, disks->items[i].new_uuid);

		if (vdi)
			add_vbd(pool, disks->items[i].vbd, ref, vdi);
	}
	if (pool_is(pool, POOL_CLASS_VM, ref, "is_a_snapshot")) {
		pool_list_add(pool, POOL_CLASS_VM, vm, "snapshots", ref);
		pool_set(pool, POOL_CLASS_VM, vm, "parent", json_string(ref));
	}
	call->result = json_string(ref);
	pool_unlock(pool);
	return 0;
}

/* Removes the fields that a client may not set. */
static void forget(json_t *fields, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_object_del(fields, names[i]);
}

int vm_create(struct call *call)
{
	static const char *const ours[] = { "uuid", "VBDs", "VIFs", "VTPMs", "snapshots",
		"children", "snapshot_of", "parent", "resident_on", "current_operations",
		"is_a_snapshot", "suspend_VDI", "is_control_domain", "power_state" };
	json_t *fields = json_deep_copy(call_argument(call, 0));

	forget(fields, ours, sizeof ours / sizeof ours[0]);
	json_object_set_new(fields, "power_state", json_string(HALTED));
	pool_lock(call->pool);
	call->result = json_string(pool_add(call->pool, POOL_CLASS_VM, fields));
	pool_unlock(call->pool);
	return 0;
}

/* ---- destroying ---- */

static int fail_power(struct call *call, const char *vm, const char *wanted, const char *is)
{
	char now[32];

	snprintf(now, sizeof now, "%s", is);
	for (char *at = now; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return call_fail(call, "VM_BAD_POWER_STATE", vm, wanted, now, NULL);
}

/* Removes the VBDs of VM, but not its VDIs.  Under the pool's lock. */
static void drop_vbds(struct pool *pool, const char *vm)
{
	json_t *vbds = json_deep_copy(pool_value(pool, POOL_CLASS_VM, vm, "VBDs")), *vbd;
	size_t i;

	json_array_foreach(vbds, i, vbd)
	{
		const char *ref = json_string_value(vbd);

		pool_list_remove(pool, POOL_CLASS_VDI, pool_text(pool, POOL_CLASS_VBD, ref, "VDI"),
			"VBDs", ref);
		pool_remove(pool, POOL_CLASS_VBD, ref);
	}
	json_decref(vbds);
}

static void drop(struct pool *pool, const char *vm)
{
	json_t *snapshots = json_deep_copy(pool_value(pool, POOL_CLASS_VM, vm, "snapshots"));
	char of[POOL_REF_BYTES];
	json_t *snapshot;
	size_t i;

	drop_vbds(pool, vm);
	json_array_foreach(snapshots, i, snapshot) pool_set(pool, POOL_CLASS_VM,
		json_string_value(snapshot), "snapshot_of", json_string(POOL_REF_NULL));
	snprintf(of, sizeof of, "%s", pool_text(pool, POOL_CLASS_VM, vm, "snapshot_of"));
	pool_list_remove(pool, POOL_CLASS_VM, of, "snapshots", vm);
	if (strcmp(pool_text(pool, POOL_CLASS_VM, of, "parent"), vm) == 0)
		pool_set(pool, POOL_CLASS_VM, of, "parent", json_string(POOL_REF_NULL));
	pool_remove(pool, POOL_CLASS_VM, vm);
	json_decref(snapshots);
}

int vm_destroy(struct call *call)
{
	const char *vm = call_text(call, 0);
	const char *power;
	int result = 0;

	if (vm_check_operation(call, vm, "destroy") < 0)
		return CALL_FAILED;
	pool_lock(call->pool);
	power = pool_text(call->pool, POOL_CLASS_VM, vm, "power_state");
	if (strcmp(power, HALTED) != 0)
		result = fail_power(call, vm, "halted", power);
	else
		drop(call->pool, vm);
	pool_unlock(call->pool);
	return result;
}

/* ---- power ---- */

/* Under the pool's lock. */
static void set_power(struct pool *pool, const char *vm, const char *power)
{
	bool runs = strcmp(power, RUNNING) == 0;
	json_t *hosts = pool_refs(pool, POOL_CLASS_HOST), *vbd;
	const char *host = json_string_value(json_array_get(hosts, 0));
	size_t i;

	pool_set(pool, POOL_CLASS_VM, vm, "power_state", json_string(power));
	pool_set(pool, POOL_CLASS_VM, vm, "resident_on",
		json_string(runs && host ? host : POOL_REF_NULL));
	json_array_foreach(pool_value(pool, POOL_CLASS_VM, vm, "VBDs"), i, vbd) pool_set(pool,
		POOL_CLASS_VBD, json_string_value(vbd), "currently_attached", json_boolean(runs));
	json_decref(hosts);
}

/* Whether the disks of VM can be attached, as vbd_check_attach(). */
static int check_disks(struct call *call, const char *vm)
{
	json_t *vbd;
	size_t i;

	json_array_foreach(pool_value(call->pool, POOL_CLASS_VM, vm, "VBDs"), i, vbd)
	{
		if (vbd_check_attach(call, json_string_value(vbd)) < 0)
			return CALL_FAILED;
	}
	return 0;
}

static int change_power(struct call *call, const char *operation, const char *from, const char *to)
{
	const char *vm = call_text(call, 0);
	const char *now;
	char wanted[32];
	int result = 0;

	if (vm_check_operation(call, vm, operation) < 0)
		return CALL_FAILED;
	pool_lock(call->pool);
	now = pool_text(call->pool, POOL_CLASS_VM, vm, "power_state");
	snprintf(wanted, sizeof wanted, "%s", strcmp(from, HALTED) == 0 ? "halted" : "running");
	if (strcmp(now, from) != 0)
		result = fail_power(call, vm, wanted, now);
	else if (strcmp(to, RUNNING) == 0 && check_disks(call, vm) < 0)
		result = CALL_FAILED;
	else
		set_power(call->pool, vm, to);
	pool_unlock(call->pool);
	return result;
}

int vm_start(struct call *call)
{
	struct pool *pool = call->pool;
	const char *vm = call_text(call, 0);
	bool is_template;

	pool_lock(pool);
	is_template = pool_is(pool, POOL_CLASS_VM, vm, "is_a_template") ||
		      pool_is(pool, POOL_CLASS_VM, vm, "is_a_snapshot");
	pool_unlock(pool);
	if (is_template)
		return call_fail(call, "VM_IS_TEMPLATE", vm, NULL);
	if (vm_check_licence(call, vm) < 0)
		return CALL_FAILED;
	return change_power(call, "start", HALTED, RUNNING);
}

int vm_clean_shutdown(struct call *call)
{
	return change_power(call, "clean_shutdown", RUNNING, HALTED);
}

int vm_hard_shutdown(struct call *call)
{
	return change_power(call, "hard_shutdown", RUNNING, HALTED);
}

int vm_update_allowed_operations(struct call *call)
{
	(void)call;
	return 0;
}
