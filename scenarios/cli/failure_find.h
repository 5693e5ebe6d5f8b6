/* SPDX-License-Identifier: Apache-2.0 */
/* failure_find.h - where the file of a failure lies. */
#ifndef SNAPRIG_SCENARIOS_CLI_FAILURE_FIND_H
#define SNAPRIG_SCENARIOS_CLI_FAILURE_FIND_H

#include "scenarios/format/files.h"

/* All of ours: 0, or -ENOENT with *RET_WHY, the caller's. */
int failure_files(struct scenario_files *ret, char **ret_why);

/*
 * The path of the failure NAME: of one of ours; or NAME is a path, which has a '/', from
 * beside the scenario at SCENARIO_PATH.  Without a scenario it is one from here, and a file
 * that is there needs no '/'.  The caller's; or NULL with *RET_WHY, the caller's.
 */
char *failure_find(const char *name, const char *scenario_path, char **ret_why);

#endif
