/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whole_file.h - files that are whole at every moment, also when their writer is killed.
 *
 * What is written goes into PATH.part beside it, which takes the place of PATH at the end.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_WHOLE_FILE_H
#define SNAPRIG_SCENARIOS_BASE_WHOLE_FILE_H

#include <stdio.h>

struct whole_file {
	FILE *file; /* to write to; errors stay in its flag until the end */
	char *path;
	char *part;
};

/* 0, or -errno; after 0 one of the two below releases it. */
int whole_file_begin(struct whole_file *whole, const char *path);

/* What was written is at PATH: 0; or -errno, and what was there before still is. */
int whole_file_end(struct whole_file *whole);

/* Nothing was written. */
void whole_file_drop(struct whole_file *whole);

/* Makes the folder PATH and those above it that are missing: 0 or -errno. */
int folders_make(const char *path);

#endif
