/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meant.h - guesses which volume a user means who typed an image, or arguments in the wrong order.
 */
#ifndef SNAPRIG_CLI_MEANT_H
#define SNAPRIG_CLI_MEANT_H

#include <stdbool.h>
#include <stddef.h>

#include "simfs/base/command_line.h"

/* Whether PATH is a regular file or a block device. */
bool meant_is_image(const char *path);

/*
 * Where the image at PATH is mounted, as seen from here; NULL if it is not mounted or not an image.
 * The caller frees it.
 */
char *meant_mount_of(const char *path);

/*
 * Whether a volume is mounted on one of the operands argv[2..COUNT] and none on argv[1], where LINE
 * expects its MNT.  If so, prints the correct command.
 */
bool meant_other_order(const struct command_line *line, char *const *argv, size_t count);

#endif
