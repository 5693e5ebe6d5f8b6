/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - reads the text of a file written by people.
 */
#ifndef SNAPRIG_BASE_YAML_FILE_H
#define SNAPRIG_BASE_YAML_FILE_H

#include <stddef.h>

#include "simfs/base/yaml/mistakes.h"

/*
 * Reads the file at PATH, which may be a pipe, for at most YAML_BYTES_MAX + 1 bytes, and puts a NUL
 * after them.  WHAT names the kind of file ("scenario").  The caller frees the text.  Returns 0, or
 * -errno after adding it to MISTAKES.
 */
int yaml_file_read(const char *path, const char *what, struct mistakes *mistakes, char **ret_text,
	size_t *ret_length);

#endif
