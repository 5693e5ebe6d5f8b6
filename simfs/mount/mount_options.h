/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_options.h - the options of -o.
 *
 * The list is closed: an option either takes effect or is refused.  Options that libfuse or the
 * kernel would ignore, or reject only after the volume is mounted, are not in it.
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
 * Parses TEXT, options separated by commas (NULL: none).  Returns 0, or -EINVAL with the reason in
 * MESSAGE (MOUNT_OPTIONS_MESSAGE_BYTES).
 */
int mount_options_parse(const char *text, struct mount_options *ret, char *message);

/* The names of all options, including those that are refused with a reason; NULL after the last. */
const char *mount_options_name(size_t at);

/* Whether an option of that name exists. */
bool mount_options_knows(const char *name);

/*
 * The options in TEXT that are for libfuse.  The caller frees the result; NULL if memory ran out.
 */
char *mount_options_for_fuse(const char *text);

#endif
