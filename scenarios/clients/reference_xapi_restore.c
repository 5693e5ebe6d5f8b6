/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_restore.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xapi_call.h"
#include "scenarios/clients/reference_xapi_chain.h"
#include "scenarios/clients/reference_xapi_import.h"
#include "scenarios/clients/reference_xapi_remote.h"
#include "scenarios/clients/reference_xapi_task.h"
#include "scenarios/clients/reference_xo.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

#define POINT_SUFFIX ".json"

/* A restore in progress. */
struct restore {
	struct xapi *xapi;
	const char *folder; /* of the VM that was backed up */
	json_t *point;
	json_t *sr;   /* a reference */
	json_t *vm;   /* the new VM; NULL: not created yet */
	json_t *vdis; /* an array of those created */
};

static void json_free(json_t **value)
{
	json_decref(*value);
}

/* ---- what there is ---- */

/* Returns the last name in FOLDER that ends with SUFFIX, without it; SUFFIX "" means folders.
 * *RET_COUNT is their number. */
static char *last_name(const char *folder, const char *suffix, size_t *ret_count)
{
	AUTO(auto_closedir) DIR *dir = opendir(folder);
	const struct dirent *entry;
	char *last = NULL;

	*ret_count = 0;
	while (dir && (entry = readdir(dir))) {
		size_t length = strlen(entry->d_name), its = strlen(suffix);

		if (*entry->d_name == '.' || length <= its ||
			strcmp(entry->d_name + length - its, suffix) != 0 ||
			(*suffix == '\0' && strchr(entry->d_name, '.')))
			continue;
		++*ret_count;
		if (last && strncmp(entry->d_name, last, length - its) <= 0)
			continue;
		free(last);
		last = heap_format("%.*s", (int)(length - its), entry->d_name);
	}
	return last;
}

/* Returns the folder of the VM; NULL after a message. */
static char *folder_find(const char *remote, const char *vm)
{
	AUTO(auto_free) char *all = heap_format("%s/xo-vm-backups", remote);
	AUTO(auto_free) char *only = NULL;
	size_t count = 1;

	if (!vm)
		only = last_name(all, "", &count);
	if (!vm && count == 0) {
		log_error("there is no backup of a VM in '%s'", remote);
		return NULL;
	}
	if (!vm && count != 1) {
		log_error("'%s' has backups of %zu VMs (try --vm)", remote, count);
		return NULL;
	}
	return remote_folder(remote, vm ? vm : only);
}

/* Returns the restore point of AT; NULL after a message. */
static json_t *point_find(const char *folder, const char *at)
{
	size_t count;
	AUTO(auto_free) char *last = at ? NULL : last_name(folder, POINT_SUFFIX, &count);
	AUTO(auto_free) char *path = NULL;
	json_t *point = NULL;

	if (at || last) {
		path = heap_format("%s/%s" POINT_SUFFIX, folder, at ? at : last);
		point = json_load_file(path, 0, NULL);
	}
	if (!json_is_object(json_object_get(point, "vhds"))) {
		log_error("there is no such restore point in '%s'", folder);
		json_decref(point);
		return NULL;
	}
	return point;
}

/* ---- what is made of it ---- */

/* Finds the pool's default SR, where new disks are created. */
static json_t *sr_find(struct restore *restore)
{
	AUTO(json_free) json_t *pools = NULL;
	json_t *failure = xapi_call(restore->xapi, "pool.get_all_records", json_array(), &pools);
	void *first = pools ? json_object_iter(pools) : NULL;

	if (failure || !first)
		return failure ? failure : xo_error("there is no pool");
	restore->sr = json_incref(json_object_get(json_object_iter_value(first), "default_SR"));
	return NULL;
}

/* Returns the device of the VDI REF in the restore point. */
static const char *device_of(const json_t *point, const char *ref)
{
	json_t *vbd;
	const char *key;

	json_object_foreach(json_object_get(point, "vbds"), key, vbd)
	{
		if (strcmp(member_text(vbd, "VDI"), ref) == 0)
			return member_text(vbd, "userdevice");
	}
	return "autodetect";
}

/* Creates an empty disk of the new VM for the VDI that was REF; *RET is its reference. */
static json_t *disk_make(struct restore *restore, const char *ref, const char *label,
	uint64_t size_bytes, json_t **ret)
{
	json_t *failure = xapi_call(restore->xapi, "VDI.create",
		json_pack("[{s:o, s:O, s:I, s:s}]", "name_label", xo_text(label), "SR", restore->sr,
			"virtual_size", (json_int_t)size_bytes, "type", "user"),
		ret);

	if (!failure && !json_is_string(*ret))
		failure = xo_error("a VDI has no reference");
	if (failure)
		return failure;
	json_array_append(restore->vdis, *ret);
	return xapi_call(restore->xapi, "VBD.create",
		json_pack("[{s:O, s:O, s:s, s:s, s:s, s:b}]", "VM", restore->vm, "VDI", *ret,
			"type", "Disk", "mode", "RW", "userdevice", device_of(restore->point, ref),
			"bootable", 1),
		NULL);
}

static json_t *chain_send(
	struct restore *restore, const struct xapi_chain *chain, const char *ref, const char *label)
{
	AUTO(json_free) json_t *vdi = NULL;
	json_t *failure = disk_make(restore, ref, label, chain->size_bytes, &vdi);

	for (size_t i = chain->count; !failure && i > 0; i--)
		failure = xapi_import(
			restore->xapi, json_string_value(vdi), label, chain->paths[i - 1]);
	return failure;
}

static json_t *disk_restore(struct restore *restore, const char *ref, const char *file)
{
	const json_t *vdi = json_object_get(json_object_get(restore->point, "vdis"), ref);
	const char *slash = strrchr(file, '/');
	AUTO(auto_free)
	char *folder = heap_format(
		"%s/%.*s", restore->folder, slash ? (int)(slash - file) : 0, file);
	struct xapi_chain chain;
	json_t *failure = xapi_chain_read(folder, file, &chain);

	if (!failure) {
		failure = chain_send(restore, &chain, ref, member_text(vdi, "name_label"));
		xapi_chain_deinit(&chain);
	}
	return failure;
}

/* Deletes everything that a failed restore has created. */
static void all_delete(struct restore *restore)
{
	json_t *vdi;
	size_t i;

	if (restore->vm)
		json_decref(
			xapi_run(restore->xapi, "VM.destroy", json_pack("[O]", restore->vm), NULL));
	json_array_foreach(restore->vdis, i, vdi)
		json_decref(xapi_run(restore->xapi, "VDI.destroy", json_pack("[O]", vdi), NULL));
}

static json_t *vm_restore(struct restore *restore, const char *name)
{
	json_t *failure = sr_find(restore), *file;
	const char *ref;

	if (!failure)
		failure = xapi_call(restore->xapi, "VM.create",
			json_pack("[{s:o}]", "name_label", xo_text(name)), &restore->vm);
	json_object_foreach(json_object_get(restore->point, "vhds"), ref, file)
	{
		if (!failure)
			failure = disk_restore(restore, ref,
				json_string_value(file) ? json_string_value(file) : "");
	}
	if (failure)
		all_delete(restore);
	return failure;
}

int xapi_restore(const char *remote, const char *name, const struct xapi_restore_wish *wish)
{
	AUTO(auto_free) char *folder = folder_find(remote, wish->vm);
	AUTO(json_free) json_t *point = folder ? point_find(folder, wish->at) : NULL;
	AUTO(json_free) json_t *failure = NULL;
	struct restore restore = { .folder = folder, .point = point };
	const struct xapi_patience patience = {
		.silence_ns = wish->silence_ns,
		.task_ns = xo_defaults.task_ns,
	};

	if (!point)
		return EXIT_USAGE;
	stop_watch();
	restore.vdis = json_array();
	failure = xapi_open(wish->url, &patience, &restore.xapi);
	if (!failure)
		failure = vm_restore(&restore, name);
	xapi_close(restore.xapi);
	json_decref(restore.sr);
	json_decref(restore.vm);
	json_decref(restore.vdis);
	if (failure)
		log_error("%s", member_text(failure, "message"));
	return failure ? REFERENCE_EXIT_TARGET : 0;
}
