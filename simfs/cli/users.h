/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users.h - who keeps a mount busy.
 */
#ifndef SNAPRIG_CLI_USERS_H
#define SNAPRIG_CLI_USERS_H

#include <stddef.h>

/*
 * Writes into BUFFER who, but for this process, has something below MOUNT_POINT (absolute) open, as
 * far as this user may see: "bash (pid 12), loop device 'loop0'".  "" when
 * nobody was found.  Returns BUFFER.
 */
const char *cli_users_find(const char *mount_point, char *buffer, size_t length);

#endif
