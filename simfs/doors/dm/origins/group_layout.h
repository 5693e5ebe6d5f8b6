/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_layout.h - the layout of the physical volume.  Pure.
 *
 *	metadata	LVM's label and text, GROUP_METADATA_SECTORS
 *	live		the volume, so that extent 0 is its beginning
 *	padding		zeros up to a whole extent; none for volumes of whole KiB
 *	free		free extents
 */
#ifndef SNAPRIG_DM_GROUP_LAYOUT_H
#define SNAPRIG_DM_GROUP_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/* LVM's space before the first extent: 1 MiB. */
#define GROUP_METADATA_SECTORS 2048u

/* The file for it, in the state folder. */
#define GROUP_METADATA_FILE "metadata"

struct group_layout {
	uint64_t extent_sectors;
	uint64_t live_sectors; /* 0: live is not in it */
	uint64_t padding_sectors;
	uint64_t free_sectors;
};

/*
 * For a volume of VOLUME_SECTORS and FREE_BYTES of free extents, rounded up to whole ones.  Extents
 * are 4 MiB, or the largest size that divides the volume, but at least 1 KiB.  With IS_EMPTY the
 * volume is not in it.  Returns 0, or -ERANGE for more extents than LVM can count.
 */
int group_layout_make(
	uint64_t volume_sectors, uint64_t free_bytes, bool is_empty, struct group_layout *ret);

uint64_t group_layout_sectors(const struct group_layout *layout);

/* Extents of the logical volume that is live. */
uint64_t group_layout_live_extents(const struct group_layout *layout);

#endif
