/* SPDX-License-Identifier: Apache-2.0 */
/* cow.h - copy-on-write: what the volume may call of it. */
#ifndef SNAPRIG_VOLUME_COW_COW_H
#define SNAPRIG_VOLUME_COW_COW_H

struct snapshot;
struct snapshot_create;
struct volume_request;

/* cow/preserve.c: ends REQUEST, for a live write or one to a snapshot, once no snapshot's mark is
 * on its way. */
void preserve_settle(struct volume_request *request);

/* cow/room.c: takes room on the disk for the whole limit of CREATE's store, where the profile does
 * (log_no_room), and calls GO, now or later, with 0 or -errno. */
void room_take(
	struct snapshot_create *create, void (*go)(struct snapshot_create *create, int result));

/* The same for SNAPSHOT, which was found in the state folder.  Blocks. */
void room_take_again(struct snapshot *snapshot);

#endif
