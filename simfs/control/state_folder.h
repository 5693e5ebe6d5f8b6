/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_folder.h - opens IMAGE.snaprig/, or the folder of --store.
 *
 * A user who can write there could make the rig read, write or wait for anything.  So the folder is
 * checked once, before anything in it is trusted, and then used only by its descriptor: its name is
 * never looked up again, nor is any path through the mount.
 */
#ifndef SNAPRIG_CONTROL_STATE_FOLDER_H
#define SNAPRIG_CONTROL_STATE_FOLDER_H

#include <stdbool.h>

/*
 * Opens the folder PATH; with MAKE, creates it with mode 0700 if it is missing.  It and the files
 * in it must be without a flaw (base/own_file.h); subfolders are not checked.  Returns 0 and
 * *RET_FD; -ENOENT without a message if it is missing; or -errno after a message: -EPERM if
 * something there cannot be trusted.
 */
int state_folder_open(const char *path, bool make, int *ret_fd);

#endif
