/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_options.h - what -o may say.
 *
 * A closed list: each option is one that takes effect, or it is refused.  What libfuse
 * or the kernel would swallow, or choke on once the volume is mounted, is none.
 */
#ifndef SNAPRIG_MOUNT_MOUNT_OPTIONS_H
#define SNAPRIG_MOUNT_MOUNT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
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

/* The name of each option there is, those that are refused with a reason among them; NULL behind
 * the last. */
const char *mount_options_name(size_t at);

/* Whether there is one of that name. */
bool mount_options_knows(const char *name);

/* What of TEXT is for libfuse, the caller's; NULL without memory. */
char *mount_options_for_fuse(const char *text);

#endif
