/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_vss.h - the reference client takes its snapshot itself, as the requester of VSS.
 *
 *	create ── fails ───────────────┐
 *	  │                            ├─▶ what failed is logged ── policy ─▶ wait, create
 *	writers are asked ── failed ───┘         │
 *	  │      (the snapshot goes)             └─ not again ─▶ REFERENCE_EXIT_VSS
 *	taken ─▶ the pipeline runs ─▶ BackupComplete or Abort ─▶ the snapshot goes
 *
 * DoSnapshotSet can succeed although a writer has failed (docs/real-systems.md
 * 5.1), so the writers are asked after every create.  One that still waits for a
 * thaw that was lost has not failed: its data was frozen at the instant.
 *
 * Failures are logged as ActiveImage Protector does, from whose support the
 * words are; of a retry its log is not known, so those lines are ours.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_VSS_H
#define SNAPRIG_CLIENTS_REFERENCE_VSS_H

#include <stdbool.h>

#include "scenarios/clients/reference_retry.h"

struct vss;

/*
 * Takes the snapshot at PATH, MNT/snapshots/NAME of a mounted rig.  Returns 0,
 * REFERENCE_EXIT_VSS, or REFERENCE_EXIT_TARGET when what is asked makes no
 * sense (nothing is mounted there, it is there already) or it was asked to
 * stop while it waited; all said.  *RET is set only with 0.
 */
int vss_take(const char *path, const struct retry_policy *policy, struct vss **ret);

/* The backup is over: tells the writers whether it is COMPLETE, and removes the snapshot. */
void vss_release(struct vss *vss, bool complete);

#endif
