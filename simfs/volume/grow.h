/* SPDX-License-Identifier: Apache-2.0 */
/* grow.h - makes a volume longer while it is serving. */
#ifndef SNAPRIG_VOLUME_GROW_H
#define SNAPRIG_VOLUME_GROW_H

#include <stdint.h>

#include "simfs/volume/state_record.h"

struct volume;

/* The caller owns it and keeps it until `done`. */
struct volume_growth {
	uint64_t bytes; /* In: the new size of the volume and its image. */

	/*
	 * Required. RESULT 0: volume_bytes() has this value, durably; until then requests and
	 * queries see the old length. Else the volume is unchanged, and `why` is for a
	 * message: -EINVAL (not whole sectors of the image, or shorter), -EOPNOTSUPP (a
	 * chain), -EBUSY (it has snapshots, which keep their length, or it is growing
	 * already), or -errno of the image or the state. May be called within volume_grow().
	 */
	void (*done)(struct volume_growth *growth, int result);

	const char *why; /* Out. */

	/* For the volume. */
	struct volume *volume;
	int error;
	struct state_record_write record;
};

/*
 * Begins GROWTH. It waits only for the disk: no fault delays it, and it cannot be cancelled.
 * No snapshot is taken until it ends.
 */
void volume_grow(struct volume *volume, struct volume_growth *growth);

/* ---- of volume/ ---- */

/* For a volume that is forgotten: the backend has dropped what was in flight. */
void growth_forget(struct volume_growth *growth);

#endif
