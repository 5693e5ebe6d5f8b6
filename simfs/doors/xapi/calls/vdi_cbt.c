/* SPDX-License-Identifier: Apache-2.0 */
/* vdi_cbt.c - changed block tracking of VDIs. */
#include <stdio.h>
#include <string.h>

#include "simfs/base/base64.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/doors/xapi/calls/call.h"
#include "simfs/doors/xapi/disks/cbt.h"

/* Only for a VM's disk; its snapshots inherit it. */
static int set_enabled(struct call *call, bool wanted)
{
	struct pool *pool = call->pool;
	const char *vdi = call_text(call, 0);
	int result = 0;

	pool_lock(pool);
	if (pool_is(pool, POOL_CLASS_VDI, vdi, "is_a_snapshot") ||
		!pool_is(pool, POOL_CLASS_VDI, vdi, "managed"))
		result = call_fail(call, "OPERATION_NOT_ALLOWED", "VDI is a snapshot", NULL);
	else if (pool_is(pool, POOL_CLASS_VDI, vdi, "cbt_enabled") != wanted)
		pool_set(pool, POOL_CLASS_VDI, vdi, "cbt_enabled", json_boolean(wanted));
	pool_unlock(pool);
	return result;
}

int vdi_enable_cbt(struct call *call)
{
	return set_enabled(call, true);
}

int vdi_disable_cbt(struct call *call)
{
	return set_enabled(call, false);
}

/* Copies the uuid of argument INDEX to UUID; CALL_FAILED if its changes are not tracked. */
static int tracked_uuid(struct call *call, size_t index, char *uuid)
{
	const char *vdi = call_text(call, index);
	bool is_tracked;

	pool_lock(call->pool);
	snprintf(uuid, POOL_UUID_BYTES, "%s", pool_text(call->pool, POOL_CLASS_VDI, vdi, "uuid"));
	is_tracked = pool_is(call->pool, POOL_CLASS_VDI, vdi, "cbt_enabled");
	pool_unlock(call->pool);
	return is_tracked ? 0 : call_fail(call, "VDI_NO_CBT_METADATA", vdi, NULL);
}

int vdi_list_changed_blocks(struct call *call)
{
	char from[POOL_UUID_BYTES], until[POOL_UUID_BYTES];
	AUTO(auto_free) uint8_t *bits = NULL;
	AUTO(auto_free) char *text = NULL;
	size_t bytes;

	if (tracked_uuid(call, 0, from) < 0 || tracked_uuid(call, 1, until) < 0)
		return CALL_FAILED;
	if (disks_cbt_bitmap(call->disks, from, until, &bits, &bytes) < 0)
		return call_fail(call, "VDI_NO_CBT_METADATA", call_text(call, 0), NULL);
	text = heap_new(BASE64_LENGTH(bytes) + 1);
	base64_encode(bits, bytes, text);
	call->result = json_string(text);
	return 0;
}

int vdi_data_destroy(struct call *call)
{
	struct pool *pool = call->pool;
	const char *vdi = call_text(call, 0);
	char uuid[POOL_UUID_BYTES], sr[POOL_UUID_BYTES];
	int error;

	pool_lock(pool);
	snprintf(uuid, sizeof uuid, "%s", pool_text(pool, POOL_CLASS_VDI, vdi, "uuid"));
	snprintf(sr, sizeof sr, "%s",
		pool_text(pool, POOL_CLASS_SR, pool_text(pool, POOL_CLASS_VDI, vdi, "SR"), "uuid"));
	pool_unlock(pool);
	disks_sr_lock(call->disks, sr);
	error = disks_data_destroy(call->disks, uuid, &call->failure);
	disks_sr_unlock(call->disks, sr);
	return error < 0 ? CALL_FAILED : 0;
}
