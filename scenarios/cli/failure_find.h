/* SPDX-License-Identifier: Apache-2.0 */
/* failure_find.h - finds the file of a failure. */
#ifndef SNAPRIG_SCENARIOS_CLI_FAILURE_FIND_H
#define SNAPRIG_SCENARIOS_CLI_FAILURE_FIND_H

#include "scenarios/format/files.h"

/* Lists all of ours.  Returns 0, or -ENOENT with *RET_WHY, which the caller frees. */
int failure_files(struct scenario_files *ret, char **ret_why);

/*
 * Returns the path of the failure NAME, which is one of ours; or a path (contains a '/') relative
 * to the scenario at SCENARIO_PATH.  If that is NULL, the path is relative to the current
 * directory, and an existing file needs no '/'.  Returns NULL with *RET_WHY if there is none.  The
 * caller frees either.
 */
char *failure_find(const char *name, const char *scenario_path, char **ret_why);

#endif
