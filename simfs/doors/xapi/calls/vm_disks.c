/* SPDX-License-Identifier: Apache-2.0 */
/* vm_disks.c - the disks of a VM, for calls that concern all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/heap.h"
#include "simfs/doors/xapi/calls/vm.h"
#include "simfs/doors/xapi/disks/disks.h"

static bool is_among(const json_t *refs, const char *ref)
{
	for (size_t i = 0; i < json_array_size(refs); i++) {
		const char *its = json_string_value(json_array_get(refs, i));

		if (its && strcmp(its, ref) == 0)
			return true;
	}
	return false;
}

static void add(struct vm_disks *disks, struct pool *pool, const char *vbd)
{
	const char *vdi = pool_text(pool, POOL_CLASS_VBD, vbd, "VDI");
	const char *sr = pool_text(pool, POOL_CLASS_VDI, vdi, "SR");
	struct vm_disk *disk;

	disks->items = heap_grow(disks->items, disks->count, sizeof *disks->items);
	disk = &disks->items[disks->count++];
	snprintf(disk->vbd, sizeof disk->vbd, "%s", vbd);
	snprintf(disk->vdi, sizeof disk->vdi, "%s", vdi);
	snprintf(disk->vdi_uuid, sizeof disk->vdi_uuid, "%s",
		pool_text(pool, POOL_CLASS_VDI, vdi, "uuid"));
	snprintf(disk->sr, sizeof disk->sr, "%s", sr);
	snprintf(disk->sr_uuid, sizeof disk->sr_uuid, "%s",
		pool_text(pool, POOL_CLASS_SR, sr, "uuid"));
}

void vm_disks_init(struct call *call, const char *vm, const json_t *ignored, struct vm_disks *ret)
{
	struct pool *pool = call->pool;
	json_t *item;
	size_t i;

	*ret = (struct vm_disks){ 0 };
	pool_lock(pool);
	json_array_foreach(pool_value(pool, POOL_CLASS_VM, vm, "VBDs"), i, item)
	{
		const char *vbd = json_string_value(item);
		const char *vdi = pool_text(pool, POOL_CLASS_VBD, vbd, "VDI");

		if (strcmp(pool_text(pool, POOL_CLASS_VBD, vbd, "type"), "Disk") == 0 &&
			pool_find(pool, POOL_CLASS_VDI, vdi) && !is_among(ignored, vdi))
			add(ret, pool, vbd);
	}
	pool_unlock(pool);
}

void vm_disks_deinit(struct vm_disks *disks)
{
	free(disks->items);
}

/* ---- locks ---- */

static int compare(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* The uuids of their SRs, *RET_COUNT of them, each once, in order; the caller frees the array. */
static const char **srs_of(const struct vm_disks *disks, size_t *ret_count)
{
	const char **uuids = heap_new((disks->count + 1) * sizeof *uuids);
	size_t count = 0;

	for (size_t i = 0; i < disks->count; i++)
		uuids[i] = disks->items[i].sr_uuid;
	qsort(uuids, disks->count, sizeof *uuids, compare);
	for (size_t i = 0; i < disks->count; i++)
		if (i == 0 || strcmp(uuids[i], uuids[count - 1]) != 0)
			uuids[count++] = uuids[i];
	*ret_count = count;
	return uuids;
}

void vm_disks_lock(struct call *call, const struct vm_disks *disks)
{
	size_t count;
	const char **uuids = srs_of(disks, &count);

	for (size_t i = 0; i < count; i++)
		disks_sr_lock(call->disks, uuids[i]);
	free(uuids);
}

void vm_disks_unlock(struct call *call, const struct vm_disks *disks)
{
	size_t count;
	const char **uuids = srs_of(disks, &count);

	for (size_t i = 0; i < count; i++)
		disks_sr_unlock(call->disks, uuids[i]);
	free(uuids);
}

void vm_disks_roll_back(struct call *call, struct vm_disks *disks)
{
	for (size_t i = 0; i < disks->count; i++) {
		json_t *failure = NULL;

		if (*disks->items[i].new_uuid)
			disks_destroy(call->disks, disks->items[i].new_uuid, &failure);
		json_decref(failure);
	}
}
