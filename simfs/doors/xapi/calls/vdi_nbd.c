/* SPDX-License-Identifier: Apache-2.0 */
/* vdi_nbd.c - VDI.get_nbd_info: where a disk can be read over NBD. */
#include <string.h>

#include "simfs/base/heap.h"
#include "simfs/doors/xapi/calls/internal.h"
#include "simfs/doors/xapi/disks/disks.h"

/* A list, since a XenServer has several networks.  Without `cert' clients do not use TLS. */
int vdi_get_nbd_info(struct call *call)
{
	const struct calls *calls = call->calls;
	const char *vdi = call_text(call, 0);
	char *name;
	bool has_data;

	pool_lock(call->pool);
	has_data = !disks_has_no_data(call->pool, vdi);
	pool_unlock(call->pool);
	if (!has_data)
		return call_fail(call, "VDI_INCOMPATIBLE_TYPE", vdi, DISK_NO_DATA_TYPE, NULL);
	call->result = json_array();
	if (calls->nbd_port == 0)
		return 0;
	pool_lock(call->pool);
	name = heap_format("/%s?session_id=%s", pool_text(call->pool, POOL_CLASS_VDI, vdi, "uuid"),
		call->session);
	pool_unlock(call->pool);
	json_array_append_new(call->result,
		json_pack("{s:s, s:i, s:s, s:s}", "address", calls->nbd_host, "port",
			(int)calls->nbd_port, "exportname", name, "subject", calls->nbd_host));
	free(name);
	return 0;
}

void calls_serve_nbd(struct calls *calls, const char *host, uint16_t port)
{
	snprintf(calls->nbd_host, sizeof calls->nbd_host, "%s", host);
	calls->nbd_port = port;
}
