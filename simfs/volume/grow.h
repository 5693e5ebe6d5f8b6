/* SPDX-License-Identifier: Apache-2.0 */
/* grow.h - a volume becomes longer, while it is served. */
#ifndef SNAPRIG_VOLUME_GROW_H
#define SNAPRIG_VOLUME_GROW_H

#include <stdint.h>

#include "simfs/volume/state_record.h"

struct volume;

/* The caller owns it and keeps it until `done`. */
struct volume_growth {
	uint64_t bytes; /* In: what the volume, and its image, will have. */

	/*
	 * Required.  RESULT 0: volume_bytes() are as many, which lasts; until then requests,
	 * and who asks, see the old length.  Else the volume is as it was, and `why` is for a
	 * message: -EINVAL (no whole sectors of the image, or shorter), -EOPNOTSUPP (a chain),
	 * -EBUSY (snapshots are there, and are as long as they are, or it grows already), or
	 * -errno of the image or the state.  May be called within volume_grow().
	 */
	void (*done)(struct volume_growth *growth, int result);

	const char *why; /* Out. */

	/* Of the volume. */
	struct volume *volume;
	int error;
	struct state_record_write record;
};

/*
 * Begins GROWTH.  It waits for the disk, and for nothing else: no fault holds it up, and
 * nobody takes it back.  No snapshot is taken meanwhile.
 */
void volume_grow(struct volume *volume, struct volume_growth *growth);

/* ---- of volume/ ---- */

/* Of a volume that is forgotten: what is under way was dropped. */
void growth_forget(struct volume_growth *growth);

#endif
