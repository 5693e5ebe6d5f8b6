/* SPDX-License-Identifier: Apache-2.0 */
/* report_file.h - a report in a file that is complete at every moment. */
#ifndef SNAPRIG_SCENARIOS_CLI_REPORT_FILE_H
#define SNAPRIG_SCENARIOS_CLI_REPORT_FILE_H

#include <stdio.h>

/*
 * Makes WRITE write CONTEXT to the file at PATH, which it replaces; a pipe or a terminal is
 * written directly.  Returns 0 or -errno.
 */
int report_file_write(
	const char *path, void (*write)(const void *context, FILE *file), const void *context);

/*
 * Prints the message for TEXT, a value of --report that is not KIND=FILE.  KINDS lists the
 * possible kinds, separated by spaces; OTHERWISE is the hint if none is similar.
 */
void report_unknown(const char *text, const char *kinds, const char *otherwise);

#endif
