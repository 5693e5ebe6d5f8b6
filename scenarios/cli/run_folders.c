/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/run_folders.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/whole_file.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

char *run_record_path(const struct run_folders *folders, const struct scenario *scenario)
{
	return folders->records ? heap_format("%s/%s.jsonl", folders->records, scenario->name)
				: NULL;
}

char *run_artifacts_path(const struct run_folders *folders, const struct scenario *scenario)
{
	return folders->artifacts ? heap_format("%s/%s", folders->artifacts, scenario->name) : NULL;
}

/* Tests whether a file can be written at PATH, without changing it. */
static int file_try(const char *path)
{
	struct whole_file whole;
	struct stat found;
	int error = whole_file_begin(&whole, path);

	if (error == 0)
		whole_file_drop(&whole);
	if (error == 0 && stat(path, &found) == 0 && S_ISDIR(found.st_mode))
		error = -EISDIR;
	return error;
}

static int records_prepare(const struct run_folders *folders, const struct run_set *set)
{
	int error = folders_make(folders->records);

	if (error < 0) {
		log_error_code(error, "cannot record in '%s'", folders->records);
		return -EINVAL;
	}
	for (size_t i = 0; i < set->count; i++) {
		AUTO(auto_free) char *path = run_record_path(folders, set->items[i].scenario);

		error = file_try(path);
		if (error < 0) {
			log_error_code(error, "cannot write record '%s'", path);
			return -EINVAL;
		}
	}
	return 0;
}

static bool is_artifact(const char *name)
{
	static const char *const ends[] = { ".log", ".json", ".jsonl" };
	const char *end = strrchr(name, '.');

	for (size_t i = 0; end && i < sizeof ends / sizeof ends[0]; i++) {
		if (strcmp(end, ends[i]) == 0)
			return !strchr(name, '/');
	}
	return false;
}

/* Artifacts of an earlier run could be mistaken for this one's. */
static void artifacts_forget(const char *folder)
{
	struct folder_listing listing;

	folder_list(folder, &listing);
	for (size_t i = 0; i < listing.count; i++) {
		AUTO(auto_free) char *path = heap_format("%s/%s", folder, listing.files[i].path);

		if (is_artifact(listing.files[i].path))
			unlink(path);
	}
	folder_listing_deinit(&listing);
	/* Succeeds only if it contains nothing else. */
	rmdir(folder);
}

static int artifacts_prepare(const struct run_folders *folders, const struct run_set *set)
{
	AUTO(auto_free) char *probe = heap_format("%s/snaprig", folders->artifacts);
	int error = folders_make(folders->artifacts);

	if (error == 0)
		error = file_try(probe);
	if (error < 0) {
		log_error_code(error, "cannot keep artifacts in '%s'", folders->artifacts);
		return -EINVAL;
	}
	for (size_t i = 0; i < set->count; i++) {
		AUTO(auto_free) char *path = run_artifacts_path(folders, set->items[i].scenario);

		artifacts_forget(path);
	}
	return 0;
}

int run_folders_prepare(const struct run_folders *folders, const struct run_set *set)
{
	int error = folders->records ? records_prepare(folders, set) : 0;

	return error == 0 && folders->artifacts ? artifacts_prepare(folders, set) : error;
}
