/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_vss.h - the reference client takes its snapshot itself, as a VSS requester.
 *
 *	create ── fails ───────────────┐
 *	  │                            ├─▶ failure is logged ── policy ─▶ wait, create
 *	writers are asked ── failed ───┘         │
 *	  │      (snapshot is deleted)           └─ no retry ─▶ REFERENCE_EXIT_VSS
 *	taken ─▶ pipeline runs ─▶ BackupComplete or Abort ─▶ snapshot is deleted
 *
 * DoSnapshotSet can succeed although a writer has failed (docs/real-systems.md
 * 5.1), so the writers are asked after every create.  A writer that still waits for a
 * thaw that was lost has not failed: its data was frozen at the instant.
 *
 * Failures are logged as in ActiveImage Protector, in the words of its support pages; how it
 * logs a retry is not known, so those lines are ours.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_VSS_H
#define SNAPRIG_CLIENTS_REFERENCE_VSS_H

#include <stdbool.h>

#include "scenarios/clients/reference_retry.h"

struct vss;

/*
 * Takes the snapshot at PATH, MNT/snapshots/NAME of a mounted rig.  Returns 0; REFERENCE_EXIT_VSS;
 * or REFERENCE_EXIT_TARGET if the arguments make no sense (nothing is mounted there, the snapshot
 * exists) or it was asked to stop while it waited.  Reports every error.  Sets *RET only if it
 * returns 0.
 */
int vss_take(const char *path, const struct retry_policy *policy, struct vss **ret);

/* Ends the backup: tells the writers whether it is COMPLETE, and deletes the snapshot. */
void vss_release(struct vss *vss, bool complete);

#endif
