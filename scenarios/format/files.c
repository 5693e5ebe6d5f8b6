/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

#define DEPTH_MAX 16

void scenario_files_init(struct scenario_files *files)
{
	*files = (struct scenario_files){ 0 };
}

void scenario_files_deinit(struct scenario_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->paths[i]);
	free(files->paths);
	scenario_files_init(files);
}

static void path_add(struct scenario_files *files, const char *path)
{
	files->paths = heap_grow(files->paths, files->count, sizeof *files->paths);
	files->paths[files->count++] = heap_copy(path);
}

bool scenario_files_is_name(const char *name)
{
	const char *suffix = strrchr(name, '.');

	return suffix && (strcmp(suffix, ".yaml") == 0 || strcmp(suffix, ".yml") == 0);
}

static int path_collect(struct scenario_files *files, const char *path, unsigned depth);

/* Collects the files below the directory PATH, except hidden ones. */
static int directory_collect(struct scenario_files *files, const char *path, unsigned depth)
{
	AUTO(auto_closedir) DIR *directory = opendir(path);
	const struct dirent *entry;

	if (!directory)
		return -errno;
	if (depth == DEPTH_MAX)
		return -ELOOP;
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;

		AUTO(auto_free) char *below = heap_format("%s/%s", path, entry->d_name);
		int error = path_collect(files, below, depth + 1);

		if (error < 0)
			return error;
	}
	return 0;
}

static int path_collect(struct scenario_files *files, const char *path, unsigned depth)
{
	struct stat status;
	bool is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);

	if (is_directory)
		return directory_collect(files, path, depth);
	/* A path that the user named may have any name; a directory also contains other files. */
	if (depth == 0 || scenario_files_is_name(path))
		path_add(files, path);
	return 0;
}

static int path_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int scenario_files_add(struct scenario_files *files, const char *path)
{
	size_t before = files->count;
	int error = path_collect(files, path, 0);

	if (error < 0)
		return error;
	if (files->count == before)
		return -ENOENT;
	qsort(files->paths + before, files->count - before, sizeof *files->paths, path_compare);
	return 0;
}
