/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain_path.h - looks for a file without following a symbolic link.
 *
 * Where a link leads cannot be seen from a name.  One that leads into the rig's
 * own mount would make its thread wait for itself.
 */
#ifndef SNAPRIG_BASE_PLAIN_PATH_H
#define SNAPRIG_BASE_PLAIN_PATH_H

/*
 * Returns 0 when there is something at PATH, a link included; -ENOENT when there
 * is not; -ELOOP when a link lies on the way; or another -errno.  It may wait for
 * the disk that has the folders.
 */
int plain_path_look(const char *path);

#endif
