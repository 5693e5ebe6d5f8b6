/* SPDX-License-Identifier: Apache-2.0 */
/* mount_values.h - the options of `snaprig mount` as typed, and their meaning. */
#ifndef SNAPRIG_CLI_MOUNT_VALUES_H
#define SNAPRIG_CLI_MOUNT_VALUES_H

#include "simfs/base/command_line.h"
#include "simfs/daemon.h"

struct mount_values {
	const char *profile, *limit, *block, *store, *transport, *seed, *fuse_options;
	const char *size; /* instead of an image */
	const char *sr, *format, *coalesce_rate, *time_scale, *memory, *watchdog, *busy_poll;
	const char *read_ahead;
	struct command_texts faults, writers;
	bool no_writer_check;
	bool no_coalesce;
	bool durable;
	bool verify;
	bool trust_image;
	bool fail_snapshots;
	bool foreground;
	bool json;
};

/*
 * Fills RET from what was typed.  Its texts and lists belong to VALUES.  Returns 0, or -EINVAL
 * after a message.
 */
int mount_values_read(const struct mount_values *values, struct daemon_options *ret);

#endif
