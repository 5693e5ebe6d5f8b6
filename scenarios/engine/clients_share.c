/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/engine/clients_share.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/engine/memory.h"
#include "simfs/base/cleanup.h"

char *share_program(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

	if (length < 0)
		return NULL;
	path[length] = '\0';
	return memory_copy(path);
}

/* Hands PATH (stolen) back when it is a folder, else NULL. */
static char *folder_or_null(char *path)
{
	struct stat found;

	if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
		return path;
	free(path);
	return NULL;
}

/*
 * What may lie between the folder of the program and that of NAME.  The source
 * tree comes first: build/CONFIG/scenarios holds object files.
 */
static const char *const beside_program[] = {
	"../../scenarios", /* build/CONFIG/snaprig of a source tree */
	"scenarios",
	"../share/snaprig",
};

static char *folder_beside_program(const char *name)
{
	AUTO(auto_free) char *program = share_program();
	char *slash = program ? strrchr(program, '/') : NULL;
	char *folder = NULL;

	if (!slash)
		return NULL;
	*slash = '\0';
	for (size_t i = 0; i < sizeof beside_program / sizeof beside_program[0] && !folder; i++)
		folder = folder_or_null(
			memory_format("%s/%s/%s", program, beside_program[i], name));
	return folder;
}

char *share_folder(const char *name)
{
	const char *told = getenv("SNAPRIG_SHARE");
	char *folder = told && *told ? folder_or_null(memory_format("%s/%s", told, name)) : NULL;

	if (!folder)
		folder = folder_beside_program(name);
	if (!folder)
		folder = folder_or_null(memory_format("%s/%s", SNAPRIG_SHARE_DIR, name));
	return folder;
}
