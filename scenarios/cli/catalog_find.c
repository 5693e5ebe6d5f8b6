/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/catalog_find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/clients/beside.h"
#include "scenarios/clients/share.h"
#include "scenarios/format/parse.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"
#include "simfs/base/yaml/mistakes.h"

/* The content of the catalog: the names of its scenarios, and the file of each. */
struct catalog {
	char **names;
	const char **paths; /* point into `files` */
	size_t count;
	struct scenario_files files;
};

static void catalog_deinit(struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->count; i++)
		free(catalog->names[i]);
	free(catalog->names);
	free(catalog->paths);
	scenario_files_deinit(&catalog->files);
}

/* A file with mistakes has no scenarios here; running it by its path reports them. */
static void file_take(struct catalog *catalog, const char *path)
{
	struct scenario_list list = { 0 };
	struct mistakes mistakes;

	mistakes_init(&mistakes);
	(void)scenarios_read(path, &mistakes, &list);
	mistakes_deinit(&mistakes);
	for (size_t i = 0; i < list.count; i++) {
		catalog->names = heap_grow(catalog->names, catalog->count, sizeof *catalog->names);
		catalog->paths = heap_grow(catalog->paths, catalog->count, sizeof *catalog->paths);
		catalog->names[catalog->count] = heap_copy(list.items[i]->name);
		catalog->paths[catalog->count++] = path;
	}
	scenario_list_deinit(&list);
}

static void catalog_read(struct catalog *catalog, const char *folder)
{
	*catalog = (struct catalog){ 0 };
	scenario_files_init(&catalog->files);
	if (scenario_files_add(&catalog->files, folder) < 0)
		return;
	for (size_t i = 0; i < catalog->files.count; i++)
		if (!lies_beside_scenarios(catalog->files.paths[i]))
			file_take(catalog, catalog->files.paths[i]);
}

bool catalog_is_meant(const char *text)
{
	return !strchr(text, '/') && access(text, F_OK) < 0 && errno == ENOENT;
}

/* Returns whether the file at PATH is called NAME, alone or with its folder: "lvm-three-ways". */
static bool is_called(const char *path, const char *name)
{
	AUTO(auto_free) char *copy = heap_copy(path);
	char *file = strrchr(copy, '/'), *folder;

	*strrchr(file, '.') = '\0';
	if (strcmp(file + 1, name) == 0)
		return true;
	*file = '-';
	folder = strrchr(copy, '/');
	return folder && strcmp(folder + 1, name) == 0;
}

/* Adds the files of the folder NAME of the catalog in FOLDER.  Returns whether it exists. */
static bool folder_take(const char *name, const char *folder, struct scenario_files *files)
{
	AUTO(auto_free) char *path = heap_format("%s/%s", folder, name);
	struct stat facts;

	return *name && *name != '.' && stat(path, &facts) == 0 && S_ISDIR(facts.st_mode) &&
	       scenario_files_add(files, path) == 0;
}

static void refuse(const char *typed, const char *name, const struct catalog *catalog)
{
	char hint[SUGGEST_HINT_BYTES];

	log_error_of(-ENOENT,
		"there is no file '%s', and nothing with that name in the catalog (%s)", typed,
		suggest_hint(name, (const char *const *)catalog->names, catalog->count,
			"'snaprig list scenarios' shows them", hint));
}

int catalog_find(const char *typed, struct scenario_files *files, char **ret_scenario)
{
	AUTO(auto_free) char *folder = share_folder("catalog");
	AUTO(auto_free) char *name = heap_copy(typed);
	AUTO(catalog_deinit) struct catalog catalog;

	/* NAME may be a file's name. */
	if (scenario_files_is_name(name))
		*strrchr(name, '.') = '\0';
	*ret_scenario = NULL;
	catalog_read(&catalog, folder ? folder : "");
	for (size_t i = 0; i < catalog.count && !*ret_scenario; i++) {
		if (strcmp(catalog.names[i], name) == 0) {
			*ret_scenario = heap_copy(name);
			return scenario_files_add(files, catalog.paths[i]);
		}
	}
	for (size_t i = 0; i < catalog.count; i++)
		if (is_called(catalog.paths[i], name))
			return scenario_files_add(files, catalog.paths[i]);
	if (folder && folder_take(typed, folder, files))
		return 0;
	refuse(typed, name, &catalog);
	return -ENOENT;
}
