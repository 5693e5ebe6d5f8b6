/* SPDX-License-Identifier: Apache-2.0 */
/* whole_file.h - a file that others read while it is written anew: they see all of it or the old
 * one. */
#ifndef SNAPRIG_BASE_WHOLE_FILE_H
#define SNAPRIG_BASE_WHOLE_FILE_H

#include <stddef.h>

/*
 * Writes LENGTH bytes to PATH: into a file beside it, which then takes its place once it is on
 * disk.  What is there and is not a regular file, a pipe for one, is written to.  0 or -errno, and
 * then PATH is as it was.
 */
int whole_file_write(const char *path, const void *bytes, size_t length);

#endif
