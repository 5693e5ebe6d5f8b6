/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/meant.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/base/mount_table.h"
#include "simfs/cli/rigs.h"

bool meant_is_image(const char *path)
{
	struct stat facts;

	return stat(path, &facts) == 0 && (S_ISREG(facts.st_mode) || S_ISBLK(facts.st_mode));
}

char *meant_mount_of(const char *path)
{
	AUTO(auto_free) char *image = meant_is_image(path) ? realpath(path, NULL) : NULL;
	struct mount_survey survey;
	char *found = NULL;

	if (!image)
		return NULL;
	rigs_find(UID_ANY, &survey);
	for (size_t at = 0; at < survey.count && !found; at++)
		if (strcmp(survey.places[at].source, image) == 0)
			found = strdup(survey.places[at].path);
	mount_survey_deinit(&survey);
	return found;
}

static bool is_volume(const char *path)
{
	AUTO(auto_free) char *point = realpath(path, NULL);
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);

	return point && entry && mount_table_find(MOUNT_TABLE_SELF, point, entry) == 0 &&
	       strcmp(entry->type, "fuse.snaprig") == 0;
}

bool meant_other_order(const struct command_line *line, char *const *argv, size_t count)
{
	AUTO(auto_free) char *words = NULL;
	size_t mnt = 2, length;
	FILE *file;

	while (mnt <= count && !is_volume(argv[mnt]))
		mnt++;
	if (mnt > count || is_volume(argv[1]))
		return false;
	file = open_memstream(&words, &length);
	if (!file)
		return false;
	for (size_t at = 1; at <= count; at++)
		if (at != mnt)
			fprintf(file, " %s", argv[at]);
	fclose(file);
	log_error_of(-EINVAL,
		"no volume is mounted on '%s', but one is on '%s': MNT comes first "
		"(snaprig %s %s%s)",
		argv[1], argv[mnt], line->name, argv[mnt], words);
	return true;
}
