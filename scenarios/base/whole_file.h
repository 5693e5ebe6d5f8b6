/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whole_file.h - files that are complete at every moment, even if their writer is killed.
 *
 * Data is written to PATH.part beside it, which is renamed to PATH at the end.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_WHOLE_FILE_H
#define SNAPRIG_SCENARIOS_BASE_WHOLE_FILE_H

#include <stdio.h>

struct whole_file {
	FILE *file; /* to write to; its error flag is checked at the end */
	char *path;
	char *part;
};

/* Returns 0 or -errno; after 0, one of the next two functions must release it. */
int whole_file_begin(struct whole_file *whole, const char *path);

/* Returns 0 if what was written is now at PATH; or -errno, and PATH is as before. */
int whole_file_end(struct whole_file *whole);

/* Discards what was written. */
void whole_file_drop(struct whole_file *whole);

/* Creates the folder PATH and all missing folders above it.  Returns 0 or -errno. */
int folders_make(const char *path);

#endif
