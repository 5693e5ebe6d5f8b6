/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi.h - the reference client as a backup job of Xen Orchestra, for one VM of a pool
 * that it reaches through XAPI.
 *
 *	already running? ─ log in ─ VM's folder locked? ─ clean up ─ chains well? ─ snapshot
 *	   failure          failure        failure                      skipped      failure
 *	      ─ each disk: a delta to the last snapshot if both sides have it, else full ─
 *	restore point ─ delete last snapshot, new one is the next base ─ unlock
 *
 * A failed job leaves no snapshot and no file.  With a retention, the oldest points are deleted,
 * and their VHDs are merged into those that differ from them.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_H

#include "scenarios/clients/reference_xo.h"

/*
 * Makes a restore point of VM (a uuid or a label) of the pool at URL in the folder REMOTE. Returns
 * the exit code of the process.
 */
int xapi_backup(const char *url, const char *vm, const char *remote, const struct xo_wish *wish);

#endif
