/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_find.h - finds a scenario or a folder of the catalog by its name.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_CATALOG_FIND_H
#define SNAPRIG_SCENARIOS_CLI_CATALOG_FIND_H

#include <stdbool.h>

#include "scenarios/format/files.h"

/* Returns whether TEXT, where a path is expected, can only be a name: it is not a file, nor a path
 * to one. */
bool catalog_is_meant(const char *text);

/*
 * Adds to FILES what NAME means in the catalog: a scenario, by its file, which may contain others,
 * too, with the scenario's name in *RET_SCENARIO (the caller frees it); or a file, or all files of
 * a folder, in order of their names, with NULL.  Returns 0, or -ENOENT after a message with
 * similar names.
 */
int catalog_find(const char *name, struct scenario_files *files, char **ret_scenario);

#endif
