/* SPDX-License-Identifier: Apache-2.0 */
/*
 * datto.h - what dattobd's ioctls do to a volume under one of its profiles.
 *
 *	                 3 active snapshot ──to incremental──▶ 2 active incremental
 *	  setup ─▶         │ ▲           ◀────to snapshot────    │ ▲
 *	             unmount │ mount                       unmount │ mount
 *	                   ▼ │                                   ▼ │
 *	                 1 dormant snapshot                    0 dormant incremental
 *
 *	  reload, unmounted ─▶ 5 unverified snapshot, 4 unverified incremental
 *
 * A failure is no state: it stays until destroy, and most commands refuse it.
 * An incremental cannot be read; it only knows which blocks change.  While the
 * file system is unmounted the driver traces nothing: what is written to the
 * live view then changes the snapshot, unseen.
 *
 * Source: the recording in tests/fixtures/dattobd/ and
 * docs/real-systems.md 1.1, 1.2, 1.4 and 1.6 (dattobd 0.12.1).  Ours, since neither tells:
 * the line for a command in the wrong mode, and that of a reload which finds no
 * file.  A reload always finds none here, since the rig brings its snapshot
 * back itself when it is mounted.  What auto-expand is set to does not outlive a
 * mount, nor a transition to incremental; what it added does.
 */
#ifndef SNAPRIG_VOLUME_DATTO_DATTO_H
#define SNAPRIG_VOLUME_DATTO_DATTO_H

#include "simfs/volume/snapshot.h"

enum datto_ioctl {
	DATTO_SETUP,
	DATTO_RELOAD_SNAPSHOT,
	DATTO_RELOAD_INCREMENTAL,
	DATTO_DESTROY,
	DATTO_TO_INCREMENTAL,
	DATTO_TO_SNAPSHOT,
	DATTO_RECONFIGURE,
	DATTO_EXPAND,
	DATTO_AUTO_EXPAND,

	/* No ioctls: what happens to the file system on the volume. */
	DATTO_MOUNT,
	DATTO_UNMOUNT,
};

struct datto_command {
	enum datto_ioctl ioctl;
	uint32_t minor;
	const char *block_device; /* of setup and reload; the caller's until `done` */
	const char *cow_path;	  /* of these and to-snapshot; likewise */
	uint64_t fallocate_bytes; /* of setup and to-snapshot; 0: the profile's share */
	uint64_t cache_bytes;	  /* of setup, reload and reconfigure; 0: the driver's default */
	uint64_t expand_bytes;	  /* of expand, and each time of auto-expand; 0 of it: off */
	uint64_t reserved_bytes;  /* of auto-expand: what must stay free behind it */

	/* Required.  RESULT is 0 or what the ioctl returns; why is in the kernel
	 * log.  -EOPNOTSUPP, without a line: the profile is no dattobd. */
	void (*done)(struct datto_command *command, int result);

	/* Of the volume. */
	struct volume *volume;
	struct snapshot *snapshot;
	struct volume_barrier barrier;
	struct store_waiter written;
	struct snapshot_create create;
	struct snapshot_delete deletion;
	char name[STORE_NAME_BYTES];
};

void volume_datto_ioctl(struct volume *volume, struct datto_command *command);

/* The text of .snaprig/datto-info, to free(); NULL when the profile has none. */
char *volume_datto_info(struct volume *volume);

#endif
