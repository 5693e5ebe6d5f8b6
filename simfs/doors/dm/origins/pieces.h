/* SPDX-License-Identifier: Apache-2.0 */
/* pieces.h - a table as pieces of a disk, for disks/, and as parts, for contents.h. */
#ifndef SNAPRIG_DM_PIECES_H
#define SNAPRIG_DM_PIECES_H

#include "simfs/doors/dm/origins/origins_state.h"

struct pieces {
	struct disk_piece *pieces;
	struct content_part *parts;
	struct disk_place *stripes; /* of all striped pieces */
	size_t piece_count, part_count, stripe_count;
};

/*
 * The areas of TABLE are shown already.  Returns 0 or -ENOMEM; for a table with snapshots `work' is
 * held.
 */
int pieces_make(struct origins *origins, const struct dm_table *table, struct pieces *ret);
void pieces_deinit(struct pieces *pieces);

#endif
