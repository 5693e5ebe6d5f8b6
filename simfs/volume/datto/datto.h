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
 * A failure is not a state: it stays until destroy, and most commands refuse a failed device.
 * An incremental cannot be read; it only records which blocks change. While the file system
 * is unmounted the driver traces nothing: writes to the live view then silently change the
 * snapshot.
 *
 * Source: the recording in tests/fixtures/dattobd/ and docs/real-systems.md 1.1, 1.2, 1.4 and
 * 1.6 (dattobd 0.12.1). Not in these sources, and so our own: the log line for a command in
 * the wrong mode, and that of a reload that finds no file. Here a reload never finds one,
 * since the rig brings its snapshot back itself at a mount. The auto-expand setting does not
 * survive a mount or a transition to incremental; the space it added does.
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

	/* Not ioctls: events of the file system on the volume. */
	DATTO_MOUNT,
	DATTO_UNMOUNT,
};

struct datto_command {
	enum datto_ioctl ioctl;
	uint32_t minor;
	const char *block_device; /* for setup and reload; the caller's until `done` */
	const char *cow_path;	  /* for these and to-snapshot; likewise */
	uint64_t fallocate_bytes; /* for setup and to-snapshot; 0: the profile's share */
	uint64_t cache_bytes;	  /* for setup, reload and reconfigure; 0: the driver's default */
	uint64_t expand_bytes;	  /* for expand, and each step of auto-expand, where 0 is off */
	uint64_t reserved_bytes;  /* for auto-expand: what must stay free after it */

	/* Required. RESULT is 0 or the ioctl's return value; the reason is in the kernel log.
	 * -EOPNOTSUPP, without a log line: the profile is not dattobd's. */
	void (*done)(struct datto_command *command, int result);

	/* For the volume. */
	struct volume *volume;
	struct snapshot *snapshot;
	struct volume_barrier barrier;
	struct store_waiter written;
	struct snapshot_create create;
	struct snapshot_delete deletion;
	char name[STORE_NAME_BYTES];
};

void volume_datto_ioctl(struct volume *volume, struct datto_command *command);

/* The text of .snaprig/datto-info, which the caller frees; NULL if the profile has none. */
char *volume_datto_info(struct volume *volume);

#endif
