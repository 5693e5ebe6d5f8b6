/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meant.h - which volume a user means who typed an image, or the arguments in another order.
 */
#ifndef SNAPRIG_CLI_MEANT_H
#define SNAPRIG_CLI_MEANT_H

#include <stdbool.h>
#include <stddef.h>

#include "simfs/base/command_line.h"

/* Whether a file or a block device is at PATH. */
bool meant_is_image(const char *path);

/* Where the image at PATH is mounted, seen from here, the caller's; NULL: nowhere, or it is none.
 */
char *meant_mount_of(const char *path);

/*
 * Whether a volume is mounted on one of the operands argv[2..COUNT] and none on argv[1], where
 * LINE has its MNT; then this is said, with the command as it is right.
 */
bool meant_other_order(const struct command_line *line, char *const *argv, size_t count);

#endif
