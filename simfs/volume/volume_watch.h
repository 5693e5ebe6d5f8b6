/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume_watch.h - the part of volume.h for observers of snapshots that others take.
 *
 * The creator of a snapshot can have live writes held from its instant on
 * (snapshot_create.hold_writes). A watch gives an observer the same.
 */
#ifndef SNAPRIG_VOLUME_VOLUME_WATCH_H
#define SNAPRIG_VOLUME_VOLUME_WATCH_H

#include "simfs/volume/snapshot.h"

struct volume_watch {
	const char *name; /* a star_pattern; stays the caller's, for as long as the watch lasts */

	/*
	 * Required. Called once, when a snapshot with a matching name has been taken: no
	 * write has come in between, and none begins until volume_watch_end(). It is called
	 * while the snapshot is still being created, and may end its own watch. A set of
	 * writers can still fail afterwards, and remove the snapshot.
	 */
	void (*taken)(struct volume_watch *watch);

	/* For the volume. */
	struct volume *volume;
	uint64_t number; /* in the order of their beginning */
	bool is_taken;
	struct volume_barrier barrier;
	struct list link; /* of those that wait */
};

/* Waits for the next snapshot with a matching name; ignores existing ones. */
void volume_watch_begin(struct volume *volume, struct volume_watch *watch);

/* May be called before `taken`, which is then never called. */
void volume_watch_end(struct volume_watch *watch);

#endif
