/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_options.h - what -o may say.
 *
 * A closed list: each option is one that takes effect, or it is refused.  What libfuse
 * or the kernel would swallow, or choke on once the volume is mounted, is none.
 */
#ifndef SNAPRIG_MOUNT_MOUNT_OPTIONS_H
#define SNAPRIG_MOUNT_MOUNT_OPTIONS_H

#include <stdint.h>

#include "simfs/mount/owner.h"

#define MOUNT_OPTIONS_MESSAGE_BYTES 256

struct mount_options {
	uint32_t max_read_bytes; /* 0: not given */
	struct owner owner;
};

/*
 * Reads TEXT, options with commas between them (NULL: none): 0, or -EINVAL and what is wrong with
 * which one in MESSAGE (MOUNT_OPTIONS_MESSAGE_BYTES).
 */
int mount_options_parse(const char *text, struct mount_options *ret, char *message);

/* What of TEXT is for libfuse, the caller's; NULL without memory. */
char *mount_options_for_fuse(const char *text);

#endif
