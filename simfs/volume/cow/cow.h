/* SPDX-License-Identifier: Apache-2.0 */
/* cow.h - copy-on-write: what the volume and a chain without nodes may call of it. */
#ifndef SNAPRIG_VOLUME_COW_COW_H
#define SNAPRIG_VOLUME_COW_COW_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/request.h"

struct snapshot;
struct snapshot_create;

/* cow/cow.c: the bodies, of which a chain without nodes makes use too. */
void cow_live_read(struct volume_request *request);
void cow_live_flush(struct volume_request *request);

/* Writes REQUEST to the origin, what it replaces being preserved. */
void cow_write_submit(struct volume_request *request);

/* cow/preserve.c: preserves what REQUEST will replace, then calls cow_write_submit(). */
void preserve_start(struct volume_request *request);

/*
 * Appends the blocks from FIRST to before END, which SNAPSHOT lacks, as far as
 * the profile admits them; request->preserved is counted for them.  Beyond
 * that the snapshot fails.  BYTES is their content.
 */
void preserve_run(struct snapshot *snapshot, struct volume_request *request, uint64_t first,
	uint64_t end, char *bytes);

/* Fails SNAPSHOT when its driver gives it up for what REQUEST has appended. */
void preserve_commit(struct snapshot *snapshot, const struct volume_request *request);

/* Ends REQUEST, for a live write or one to a snapshot, once no snapshot's mark is on its way. */
void preserve_settle(struct volume_request *request);

/* cow/room.c: takes room on the disk for the whole limit of CREATE's store, where the profile does
 * (log_no_room), and calls GO, now or later, with 0 or -errno. */
void room_take(
	struct snapshot_create *create, void (*go)(struct snapshot_create *create, int result));

/* The same for SNAPSHOT, which was found in the state folder.  Blocks. */
void room_take_again(struct snapshot *snapshot);

#endif
