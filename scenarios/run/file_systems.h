/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_systems.h - loop devices over files, and the file systems in them, all read-only.
 *
 * Made by losetup and mount, in processes with a time limit: what lies below may hang.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_FILE_SYSTEMS_H
#define SNAPRIG_SCENARIOS_RUN_FILE_SYSTEMS_H

#include <stdint.h>

#include "scenarios/base/process.h"

/* What losetup and mount are called with. */
struct attach_order {
	const char *file;
	const char *mount_point; /* a folder; NULL: only the device is wanted */
	const char *image;	 /* where the kind of the file system is read; not through FILE */
	const char *log_path;	 /* what they print is appended to it */
	uint64_t time_limit_ns;
	void (*killed)(void *context); /* as in struct process_order */
	void *context;
};

/*
 * Attaches the file, and mounts it.  As process_run(); what ended with another status
 * than 0 is in *RET, and nothing is attached then.  *RET_DEVICE is the caller's.
 */
int file_system_attach(
	const struct attach_order *order, struct process_result *ret, char **ret_device);

/* Takes both away.  DEVICE and MOUNT_POINT may be NULL. */
void file_system_detach(const char *mount_point, const char *device);

struct file_system_place {
	uint64_t offset;     /* 0, or where the first partition begins */
	const char *options; /* what a snapshot of it is mounted with */
};

/*
 * The file system that IMAGE is, or that the first partition of its DOS table is.  It is mounted
 * so that its journal is not replayed, and that one of the same identity may be mounted already.
 */
struct file_system_place file_system_find(const char *image);

#endif
