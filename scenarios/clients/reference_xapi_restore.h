/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_restore.h - restores a restore point of the remote as a new VM of a pool.
 *
 *	VM.create ─ for each disk: VDI.create ─ VBD.create ─ its full VHD, then each delta
 *
 * A failed restore removes all of it again.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_RESTORE_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_RESTORE_H

#include <stdint.h>

struct xapi_restore_wish {
	const char *url; /* of the pool */
	const char *vm;	 /* the uuid of the VM that was backed up; NULL: the only one there */
	const char *at;	 /* "20261129T140000Z"; NULL: the latest */
	uint64_t silence_ns;
};

/* Restores from the folder REMOTE into a new VM called NAME.  Returns the exit code. */
int xapi_restore(const char *remote, const char *name, const struct xapi_restore_wish *wish);

#endif
