/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain_path.h - checks for a file without following symbolic links.
 *
 * A name does not show where a link leads.  A link into the rig's own mount would make its thread
 * wait for itself.
 */
#ifndef SNAPRIG_BASE_PLAIN_PATH_H
#define SNAPRIG_BASE_PLAIN_PATH_H

/*
 * Returns 0 if something exists at PATH, even a link; -ENOENT if nothing does; -ELOOP if a link
 * lies on the way; or another -errno.  May block on the disk that has the folders.
 */
int plain_path_look(const char *path);

#endif
