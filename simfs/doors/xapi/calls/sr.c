/* SPDX-License-Identifier: Apache-2.0 */
/* sr.c - SR.scan: starts the garbage collector at its end, like the storage manager. */
#include "simfs/doors/xapi/calls/call.h"
#include "simfs/doors/xapi/disks/disks.h"
#include "simfs/doors/xapi/pool/pool.h"

int sr_scan(struct call *call)
{
	char uuid[POOL_UUID_BYTES];
	int error;

	call_sr_uuid(call, call_text(call, 0), uuid);
	disks_sr_lock(call->disks, uuid);
	error = disks_scan(call->disks, uuid, &call->failure);
	disks_sr_unlock(call->disks, uuid);
	return error < 0 ? CALL_FAILED : 0;
}
