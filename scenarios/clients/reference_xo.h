/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo.h - the reference client as a backup job of Xen Orchestra, of one VM.
 *
 *	job runs already? ─ VM's folder locked? ─ leftovers go ─ chain well? ─ snapshot ─ transfer
 *	   failure             failure                            skipped      failure    failure
 *	          ─ snapshot goes, whatever came ─ old backups go, after a good one ─ unlock ─
 *report
 *
 * Nothing is tried again unless the job is told to, and then all of it, at once.  The rig renames
 *no snapshots, so what its temporary name tells the next run is told by a file in the folder.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_H

#include <stdbool.h>
#include <stdint.h>

struct xo_wish {
	const char *job; /* its name; NULL: that of the folder */
	uint64_t uncoalesced_max;
	uint64_t retries;	/* of the whole VM */
	uint64_t keeps;		/* the latest so many backups of the job; 0: all */
	uint64_t silence_ns;	/* of the stream; on the rig's clock */
	uint64_t task_ns;	/* that a task of a pool may be pending */
	uint64_t lock_stale_ns; /* on the wall's */
	bool bypasses_check;
	bool prints_json;
};

/* What the options say when they are not there. */
extern const struct xo_wish xo_defaults;

/*
 * Takes the snapshot at SNAPSHOT, MNT/snapshots/NAME, and makes the backup OUT of it, whose
 * folder is the VM's.  Returns the exit code of the process.
 */
int xo_backup(const char *snapshot, const char *out, const struct xo_wish *wish);

#endif
