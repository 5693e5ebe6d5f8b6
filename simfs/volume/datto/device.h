/* SPDX-License-Identifier: Apache-2.0 */
/* device.h - the device that dattobd traces; for the files of datto/. */
#ifndef SNAPRIG_VOLUME_DATTO_DEVICE_H
#define SNAPRIG_VOLUME_DATTO_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/owner.h"

struct datto_command;
struct snapshot;
struct volume;

/* A device that was set up by a reload while its file system was not mounted. */
struct datto_unverified {
	bool exists;
	bool is_incremental;
	uint32_t minor;
	int error;
	char cow_path[OWNER_LABEL_BYTES];
};

/* The driver's state of its device. */
struct datto_driver {
	bool is_unmounted;
	uint64_t dormant_id; /* of the snapshot that existed at the unmount; 0: none */
	uint64_t cache_bytes;
	uint64_t step_bytes; /* of auto-expand; 0: off */
	uint64_t reserved_bytes;
	struct datto_unverified unverified;
};

/* datto/states.c: ends COMMAND, after logging its handler's line. */
struct datto_command;
void datto_command_end(struct datto_command *command, int result);

/* datto/mount.c: returns 0 when it has begun. */
int datto_mount_or_unmount(struct datto_command *command);

/* datto/device.c: the snapshot that the driver traces, or NULL; it has one per block device. */
struct snapshot *datto_traced(struct volume *volume);

/* Whether that, or an unverified device, exists. */
bool datto_device_exists(struct volume *volume);

#endif
