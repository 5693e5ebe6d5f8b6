/* SPDX-License-Identifier: Apache-2.0 */
/* kept.h - small JSON files in a folder of the state: a kill at any moment leaves them whole. */
#ifndef SNAPRIG_DM_KEPT_H
#define SNAPRIG_DM_KEPT_H

#include <jansson.h>

/* Opens the folder NAME in FOLDER_FD, made with mode 0700 when it is missing; ours alone, or
 * -EPERM.  NAME may be a path when FOLDER_FD is AT_FDCWD. */
int kept_folder(int folder_fd, const char *name, int *ret_fd);

/* Removes the folder NAME with the files in it, as far as that can be. */
void kept_folder_remove(int folder_fd, const char *name);

/* The object in the file NAME: a new reference.  -ENOENT, -EPERM (not our own file), -EILSEQ
 * (no JSON object), or another -errno. */
int kept_read(int folder_fd, const char *name, json_t **ret);

/* OBJECT, a borrowed reference, is the file's content from now on, as a whole or not at all. */
int kept_write(int folder_fd, const char *name, json_t *object);

#endif
