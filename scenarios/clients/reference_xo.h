/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo.h - the reference client as a backup job of Xen Orchestra, for one VM.
 *
 *	already running? ─ VM's folder locked? ─ clean up ─ chain well? ─ snapshot ─ transfer
 *	   failure             failure                        skipped      failure    failure
 *	     ─ delete snapshot, in any case ─ delete old backups after a good one ─ unlock ─ report
 *
 * Nothing is retried unless the job says so; then everything is, immediately.  The rig cannot
 *rename snapshots, so a file in the folder replaces what a temporary name would tell the next run.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_H

#include <stdbool.h>
#include <stdint.h>

struct xo_wish {
	const char *job; /* its name; NULL: that of the folder */
	uint64_t uncoalesced_max;
	uint64_t retries;	/* of the whole VM */
	uint64_t keeps;		/* how many of the job's latest backups; 0: all */
	uint64_t silence_ns;	/* of the stream; on the rig's clock */
	uint64_t task_ns;	/* the most that a task of a pool may be pending */
	uint64_t lock_stale_ns; /* in real time */
	bool bypasses_check;
	bool prints_json;
};

/* The values of options that are not given. */
extern const struct xo_wish xo_defaults;

/*
 * Takes the snapshot at SNAPSHOT, MNT/snapshots/NAME, and makes the backup OUT of it, in the VM's
 * folder.  Returns the exit code of the process.
 */
int xo_backup(const char *snapshot, const char *out, const struct xo_wish *wish);

#endif
