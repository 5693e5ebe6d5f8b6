/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_systems.h - loop devices over files, and the file systems in them, all read-only.
 *
 * Made by losetup and mount, in processes with a time limit, because the layers below may hang.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_FILE_SYSTEMS_H
#define SNAPRIG_SCENARIOS_RUN_FILE_SYSTEMS_H

#include <stdint.h>

#include "scenarios/base/process.h"

/* What losetup and mount are called with. */
struct attach_order {
	const char *file;
	const char *mount_point; /* a folder; NULL: only attach the device */
	const char
		*image; /* where to read the kind of the file system; FILE is not read for that */
	const char *log_path; /* their output is appended to it */
	uint64_t time_limit_ns;
	void (*killed)(void *context); /* as in struct process_order */
	void *context;
};

/*
 * Attaches the file, and mounts it.  Returns the same as process_run(); if a program exited with
 * another status than 0, *RET has it, and nothing is attached.  The caller frees *RET_DEVICE.
 */
int file_system_attach(
	const struct attach_order *order, struct process_result *ret, char **ret_device);

/* Unmounts and detaches.  DEVICE and MOUNT_POINT may be NULL. */
void file_system_detach(const char *mount_point, const char *device);

struct file_system_place {
	uint64_t offset;     /* 0, or where the first partition begins */
	const char *options; /* mount options for a snapshot of it */
};

/*
 * Finds the file system in IMAGE, or in the first partition of its DOS table.  The options prevent
 * a replay of the journal, and allow a file system with the same identity to be mounted already.
 */
struct file_system_place file_system_find(const char *image);

#endif
