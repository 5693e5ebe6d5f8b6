/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml_file.h - the text of a file that people have written.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_YAML_FILE_H
#define SNAPRIG_SCENARIOS_FORMAT_YAML_FILE_H

#include <stddef.h>

#include "scenarios/format/mistakes.h"

/*
 * The bytes of the file at PATH, which may be a pipe: one more than YAML_BYTES_MAX at
 * most, with a 0 behind them.  The caller's.  Returns 0, or the -errno of reading it,
 * which is added to MISTAKES.
 */
int yaml_file_read(
	const char *path, struct mistakes *mistakes, char **ret_text, size_t *ret_length);

#endif
