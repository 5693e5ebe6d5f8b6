/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_folder.h - IMAGE.snaprig/, or the folder of --store, as it is found on disk.
 *
 * Whoever may write there could make the rig read, write or wait for what he likes.
 * So it is looked at once, before anything in it is believed, and then used by its
 * descriptor only: no name of it is looked up again, and none through the mount.
 */
#ifndef SNAPRIG_CONTROL_STATE_FOLDER_H
#define SNAPRIG_CONTROL_STATE_FOLDER_H

#include <stdbool.h>

/*
 * Opens the folder PATH; with MAKE it is made, mode 0700, when it is missing.  It and
 * the files in it must be without a flaw (base/own_file.h); folders in it are not
 * looked at.  Returns 0 and *RET_FD; -ENOENT when it is missing, without a word; or
 * -errno after a message: -EPERM when something there cannot be trusted.
 */
int state_folder_open(const char *path, bool make, int *ret_fd);

#endif
