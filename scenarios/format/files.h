/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - the scenarios that a command line names.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_FILES_H
#define SNAPRIG_SCENARIOS_FORMAT_FILES_H

#include <stdbool.h>
#include <stddef.h>

struct scenario_files {
	char **paths;
	size_t count;
};

void scenario_files_init(struct scenario_files *files);
void scenario_files_deinit(struct scenario_files *files);

/*
 * Adds PATH; if it is a directory, adds every *.yaml and *.yml below it, in order of their names.
 * Returns 0; -ENOENT for a directory without any; -ELOOP if directories are nested too deeply; or
 * the error of reading it.  A PATH that is not a directory is added unchecked.
 */
int scenario_files_add(struct scenario_files *files, const char *path);

/* Returns whether a file called NAME is taken from a directory. */
bool scenario_files_is_name(const char *name);

#endif
