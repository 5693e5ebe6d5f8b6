/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - the text of a file that people have written.
 */
#ifndef SNAPRIG_BASE_YAML_FILE_H
#define SNAPRIG_BASE_YAML_FILE_H

#include <stddef.h>

#include "simfs/base/yaml/mistakes.h"

/*
 * The bytes of the file at PATH, WHAT it is ("scenario"), which may be a pipe: one more than
 * YAML_BYTES_MAX at most, with a 0 behind them.  The caller's.  Returns 0, or the -errno of reading
 * it, which is added to MISTAKES.
 */
int yaml_file_read(const char *path, const char *what, struct mistakes *mistakes, char **ret_text,
	size_t *ret_length);

#endif
