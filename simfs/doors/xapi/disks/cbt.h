/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cbt.h - changed block tracking: what has changed is known when a snapshot's data is not any more.
 *
 *	snapshot ── data_destroy ──▶ metadata, its data in the rig ── the next snapshot ──▶
 *		metadata alone, in a file: which blocks changed until that next one
 *
 * A rig knows what changed since a snapshot only while it has it.  So the data of the newest one
 * stays until there is a newer: a real SR gives its room back at once.
 */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_CBT_H
#define SNAPRIG_DOORS_XAPI_DISKS_CBT_H

#include "simfs/doors/xapi/disks/disks.h"

/* A bit stands for so much. */
#define CBT_BLOCK_BYTES 65536u

/*
 * Which blocks differ between FROM and UNTIL, uuids: a bit for each, the first is the highest of
 * the first byte; *RET (the caller's, free()) has *RET_BYTES.  0; -ENOENT, -EXDEV: they are not of
 * one disk; -errno.
 */
int disks_cbt_bitmap(
	struct disks *disks, const char *from, const char *until, uint8_t **ret, size_t *ret_bytes);

/* With the SR's lock: the snapshot UUID is metadata from now on.  As disks_destroy(). */
int disks_data_destroy(struct disks *disks, const char *uuid, json_t **ret_failure);

#endif
