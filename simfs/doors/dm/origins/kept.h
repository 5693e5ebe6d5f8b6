/* SPDX-License-Identifier: Apache-2.0 */
/* kept.h - small JSON files in a state folder; a kill at any moment leaves them intact. */
#ifndef SNAPRIG_DM_KEPT_H
#define SNAPRIG_DM_KEPT_H

#include <jansson.h>

/*
 * Opens folder NAME in FOLDER_FD, created with mode 0700 if missing; -EPERM unless it is ours
 * alone.  NAME may be a path if FOLDER_FD is AT_FDCWD.
 */
int kept_folder(int folder_fd, const char *name, int *ret_fd);

/* Removes folder NAME and the files in it, as far as possible. */
void kept_folder_remove(int folder_fd, const char *name);

/*
 * Reads the object in file NAME: a new reference.  -ENOENT, -EPERM (not our own file), -EILSEQ (no
 * JSON object), or another -errno.
 */
int kept_read(int folder_fd, const char *name, json_t **ret);

/* Replaces the file's content with OBJECT, a borrowed reference, atomically. */
int kept_write(int folder_fd, const char *name, json_t *object);

#endif
