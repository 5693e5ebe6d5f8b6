/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - which scenarios a command line names.
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
 * Adds PATH, or, when it is a directory, every *.yaml and *.yml below it, in
 * the order of their names.  Returns 0, -ENOENT for a directory without any,
 * -ELOOP when directories are nested too deeply, or what reading it said.  A
 * PATH that is no directory is added unseen.
 */
int scenario_files_add(struct scenario_files *files, const char *path);

/* Whether a file called NAME is taken from a directory. */
bool scenario_files_is_name(const char *name);

#endif
