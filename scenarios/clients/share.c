/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/share.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/format/files.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

char *share_program(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

	if (length < 0)
		return NULL;
	path[length] = '\0';
	return heap_copy(path);
}

/*
 * Returns PATH, which it takes over, if it contains data files, else NULL.  A build has folders of
 * the same names beside the program, for its objects.
 */
static char *folder_or_null(char *path)
{
	struct scenario_files files;

	scenario_files_init(&files);

	bool has_files = access(path, F_OK) == 0 && scenario_files_add(&files, path) == 0;

	scenario_files_deinit(&files);
	if (!has_files) {
		free(path);
		return NULL;
	}

	/* A plain path, because it is printed and compared. */
	char *plain = realpath(path, NULL);

	if (!plain)
		return path;
	free(path);
	return plain;
}

/* Returns PATH, which it takes over, if it contains the benchmark, else NULL. */
static char *bench_or_null(char *path)
{
	AUTO(auto_free) char *main_file = heap_format("%s/main.py", path);

	if (access(main_file, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

/* Where a folder may be, relative to the program's folder, and how it is recognized. */
struct home {
	const char *beside[3];
	char *(*or_null)(char *path);
};

static const struct home data_home = {
	{
		"../../scenarios", /* build/CONFIG/snaprig of a source tree */
		"scenarios",
		"../share/snaprig",
	},
	folder_or_null,
};

static const struct home bench_home = {
	{ "../..", ".", "../share/snaprig" },
	bench_or_null,
};

static char *folder_beside_program(const struct home *home, const char *name)
{
	AUTO(auto_free) char *program = share_program();
	char *slash = program ? strrchr(program, '/') : NULL;
	char *folder = NULL;

	if (!slash)
		return NULL;
	*slash = '\0';
	for (size_t i = 0; i < sizeof home->beside / sizeof home->beside[0] && !folder; i++)
		folder = home->or_null(heap_format("%s/%s/%s", program, home->beside[i], name));
	return folder;
}

/* Returns the value of SNAPRIG_SHARE, or NULL. */
static const char *told_folder(void)
{
	const char *told = getenv("SNAPRIG_SHARE");

	return told && *told ? told : NULL;
}

static char *folder_find(const struct home *home, const char *name)
{
	const char *told = told_folder();
	char *folder = NULL;

	/* If SNAPRIG_SHARE names a folder that does not exist, our own are not used instead. */
	if (told && access(told, F_OK) < 0)
		return NULL;
	if (told)
		folder = home->or_null(heap_format("%s/%s", told, name));
	if (!folder)
		folder = folder_beside_program(home, name);
	if (!folder)
		folder = home->or_null(heap_format("%s/%s", SNAPRIG_SHARE_DIR, name));
	return folder;
}

char *share_folder(const char *name)
{
	return folder_find(&data_home, name);
}

char *share_bench(void)
{
	return folder_find(&bench_home, "bench");
}

char *share_missing(const char *name)
{
	const char *told = told_folder();

	if (told && access(told, F_OK) < 0)
		return heap_format("cannot find the folder '%s': SNAPRIG_SHARE names '%s': %s",
			name, told, error_text(-errno));
	return heap_format(
		"cannot find the folder '%s' (SNAPRIG_SHARE may name where it lies)", name);
}
