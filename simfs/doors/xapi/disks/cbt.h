/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cbt.h - changed block tracking, also after a snapshot's data is gone.
 *
 *	snapshot ── data_destroy ──▶ metadata, its data in the rig ── the next snapshot ──▶
 *		metadata alone, in a file: which blocks changed until that next one
 *
 * A rig knows what changed since a snapshot only while it has the snapshot.  So the newest one
 * keeps its data until there is a newer: a real SR frees the space at once.
 */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_CBT_H
#define SNAPRIG_DOORS_XAPI_DISKS_CBT_H

#include "simfs/doors/xapi/disks/disks.h"

/* One bit covers this much. */
#define CBT_BLOCK_BYTES 65536u

/*
 * Which blocks differ between FROM and UNTIL, both uuids: one bit for each block, the first being
 * the highest of the first byte.  *RET has *RET_BYTES, and the caller frees it.  Returns 0;
 * -ENOENT; -EXDEV: not of one disk; or -errno.
 */
int disks_cbt_bitmap(
	struct disks *disks, const char *from, const char *until, uint8_t **ret, size_t *ret_bytes);

/* Under the SR's lock: turns the snapshot UUID into metadata.  Fails as disks_destroy(). */
int disks_data_destroy(struct disks *disks, const char *uuid, json_t **ret_failure);

#endif
