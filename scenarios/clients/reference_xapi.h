/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi.h - the reference client as a backup job of Xen Orchestra, of one VM of a pool
 * that it reaches through XAPI.
 *
 *	job runs already? ─ log in ─ VM's folder locked? ─ leftovers go ─ chains well? ─ snapshot
 *	   failure          failure        failure                          skipped      failure
 *	      ─ each disk: a delta to the last snapshot, where both sides have it, else all ─
 *restore point ─ the last snapshot goes, the new one is the next one's base ─ unlock
 *
 * What has failed leaves no snapshot and no file.  With a retention the oldest points go, whose
 * VHDs are merged into those that differ from them.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_H

#include "scenarios/clients/reference_xo.h"

/*
 * Makes a restore point of VM, a uuid or a label, of the pool at URL in the folder REMOTE.
 * Returns the exit code of the process.
 */
int xapi_backup(const char *url, const char *vm, const char *remote, const struct xo_wish *wish);

#endif
