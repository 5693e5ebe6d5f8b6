/* SPDX-License-Identifier: Apache-2.0 */
/* report_file.h - a report in a file that is whole at every moment. */
#ifndef SNAPRIG_SCENARIOS_CLI_REPORT_FILE_H
#define SNAPRIG_SCENARIOS_CLI_REPORT_FILE_H

#include <stdio.h>

/*
 * Has WRITE put CONTEXT into the file at PATH, in the place of what was there; of a pipe or a
 * terminal there is no place to take.  0 or -errno.
 */
int report_file_write(
	const char *path, void (*write)(const void *context, FILE *file), const void *context);

/*
 * The message for TEXT of --report, which is no KIND=FILE: KINDS, separated by blanks, is what
 * KIND can be, and OTHERWISE what helps when none is near.
 */
void report_unknown(const char *text, const char *kinds, const char *otherwise);

#endif
