/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users.h - finds out who keeps a mount busy.
 */
#ifndef SNAPRIG_CLI_USERS_H
#define SNAPRIG_CLI_USERS_H

#include <stddef.h>

/*
 * Writes to BUFFER who, except this process, has something open below MOUNT_POINT (absolute), as
 * far as this user may see: "bash (pid 12), loop device 'loop0'"; "" if nobody is found.  Returns
 * BUFFER.
 */
const char *cli_users_find(const char *mount_point, char *buffer, size_t length);

#endif
