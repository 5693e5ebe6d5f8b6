/* SPDX-License-Identifier: Apache-2.0 */
/* whole_file.h - replaces a file in one step: readers see the old content or all of the new. */
#ifndef SNAPRIG_BASE_WHOLE_FILE_H
#define SNAPRIG_BASE_WHOLE_FILE_H

#include <stddef.h>

/*
 * Writes LENGTH bytes to PATH: to a temporary file beside it, which is renamed to PATH once it is
 * on disk.  If PATH exists and is not a regular file (a pipe, for example), writes to it directly.
 * Returns 0, or -errno with a regular file unchanged.
 */
int whole_file_write(const char *path, const void *bytes, size_t length);

#endif
