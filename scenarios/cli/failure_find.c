/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/failure_find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/clients/share.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/suggest.h"

#define NAMES_MAX 256

int failure_files(struct scenario_files *ret, char **ret_why)
{
	AUTO(auto_free) char *folder = share_folder("failures");

	scenario_files_init(ret);
	if (folder && scenario_files_add(ret, folder) == 0)
		return 0;
	*ret_why = share_missing("failures");
	return -ENOENT;
}

static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = heap_copy(slash ? slash + 1 : path);
	char *dot = strrchr(name, '.');

	if (dot)
		*dot = '\0';
	return name;
}

static char *unknown_text(const char *name, const struct scenario_files *files)
{
	char *names[NAMES_MAX] = { 0 }, *text;
	char hint[SUGGEST_HINT_BYTES];
	size_t count = 0;

	while (count < files->count && count < NAMES_MAX) {
		names[count] = name_of(files->paths[count]);
		count++;
	}
	text = heap_format("unknown failure '%s' (%s)", name,
		suggest_hint(name, (const char *const *)names, count,
			"'snaprig list failures' shows them", hint));
	while (count > 0)
		free(names[--count]);
	return text;
}

static char *path_beside(const char *name, const char *scenario_path)
{
	const char *slash = scenario_path ? strrchr(scenario_path, '/') : NULL;

	if (name[0] == '/' || !slash)
		return heap_copy(name);
	return heap_format("%.*s/%s", (int)(slash - scenario_path), scenario_path, name);
}

char *failure_find(const char *name, const char *scenario_path, char **ret_why)
{
	struct scenario_files files;
	char *path = NULL;

	if (strchr(name, '/') || (!scenario_path && access(name, R_OK) == 0))
		return path_beside(name, scenario_path);
	if (failure_files(&files, ret_why) == 0) {
		for (size_t i = 0; i < files.count && !path; i++) {
			AUTO(auto_free) char *known = name_of(files.paths[i]);

			if (strcmp(known, name) == 0)
				path = heap_copy(files.paths[i]);
		}
		if (!path)
			*ret_why = unknown_text(name, &files);
	}
	scenario_files_deinit(&files);
	return path;
}
