/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_find.h - a scenario of the catalog, or a folder of it, by its name.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_CATALOG_FIND_H
#define SNAPRIG_SCENARIOS_CLI_CATALOG_FIND_H

#include <stdbool.h>

#include "scenarios/format/files.h"

/* Whether TEXT, where a path is expected, can only be a name: no file, and no path to one. */
bool catalog_is_meant(const char *text);

/*
 * Adds to FILES what NAME is in the catalog: a scenario's file, which may have others, too, with
 * *RET_SCENARIO, the caller's, its name; or a file or all files of a folder, by their
 * names, with NULL.  0, or -ENOENT
 * after a message with what is near.
 */
int catalog_find(const char *name, struct scenario_files *files, char **ret_scenario);

#endif
