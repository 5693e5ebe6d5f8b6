/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume_watch.h - the part of volume.h for those who must see a snapshot that somebody else takes.
 *
 * Whoever takes a snapshot can have live writes held from its instant on
 * (snapshot_create.hold_writes).  A watch gives the same to a bystander.
 */
#ifndef SNAPRIG_VOLUME_VOLUME_WATCH_H
#define SNAPRIG_VOLUME_VOLUME_WATCH_H

#include "simfs/volume/snapshot.h"

struct volume_watch {
	const char *name; /* a star_pattern; the caller's, for as long as the watch lasts */

	/*
	 * Required.  Called once, when a snapshot of such a name has been taken: no
	 * write has come between, and none begins until volume_watch_end().  It
	 * comes from within the making of the snapshot, and may end its own watch.
	 * A set of writers can still fail afterwards, and take the snapshot away.
	 */
	void (*taken)(struct volume_watch *watch);

	/* Of the volume. */
	struct volume *volume;
	uint64_t number; /* in the order in which they were begun */
	bool is_taken;
	struct volume_barrier barrier;
	struct list link; /* of those that wait */
};

/* For the next snapshot of such a name, not for one that is there. */
void volume_watch_begin(struct volume *volume, struct volume_watch *watch);

/* Also before `taken`: then it is not called any more. */
void volume_watch_end(struct volume_watch *watch);

#endif
