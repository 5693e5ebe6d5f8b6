/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/mount_survey.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/mount_namespaces.h"
#include "simfs/base/mount_table.h"

static void place_deinit(struct mount_place *place)
{
	free(place->path);
	free(place->source);
}

static void remove_at(struct mount_survey *survey, size_t at)
{
	place_deinit(&survey->places[at]);
	survey->count--;
	memmove(&survey->places[at], &survey->places[at + 1],
		(survey->count - at) * sizeof survey->places[0]);
}

/* A mount on PATH hides whatever was there before. */
static void remove_hidden(struct mount_survey *survey, const char *path)
{
	for (size_t at = survey->count; at-- > 0;)
		if (strcmp(survey->places[at].path, path) == 0)
			remove_at(survey, at);
}

static bool has_device(const struct mount_survey *survey, const char *device)
{
	for (size_t at = 0; at < survey->count; at++)
		if (strcmp(survey->places[at].device, device) == 0)
			return true;
	return false;
}

static void add(struct mount_survey *survey, const struct mount_entry *entry, const char *type,
	const char *prefix, const char *pid)
{
	char *path = heap_format("%s%s", prefix, entry->point);
	struct mount_place *place;

	remove_hidden(survey, path);
	if (strcmp(entry->type, type) != 0 || has_device(survey, entry->device)) {
		free(path);
		return;
	}
	survey->places = heap_grow(survey->places, survey->count, sizeof *survey->places);
	place = &survey->places[survey->count++];
	*place = (struct mount_place){
		.path = path, .source = heap_copy(entry->source), .user = entry->user
	};
	snprintf(place->pid, sizeof place->pid, "%.15s", pid);
	snprintf(place->device, sizeof place->device, "%s", entry->device);
}

void mount_survey_read(struct mount_survey *survey, const char *table, const char *type,
	const char *prefix, const char *pid)
{
	AUTO(auto_fclose) FILE *file = fopen(table, "re");
	AUTO(auto_free) struct mount_entry *entry = heap_new(sizeof *entry);
	AUTO(auto_free) char *line = NULL;
	size_t room = 0;

	while (file && getline(&line, &room, file) >= 0)
		if (mount_entry_parse(line, entry))
			add(survey, entry, type, prefix, pid);
}

void mount_survey_find(const char *type, struct mount_survey *ret)
{
	AUTO(auto_closedir) DIR *folder = opendir("/proc");
	AUTO(auto_free) struct mount_namespaces *met = heap_new(sizeof *met);
	struct dirent *process;
	uint64_t inode;

	*ret = (struct mount_survey){ 0 };
	mount_survey_read(ret, MOUNT_TABLE_SELF, type, "", "");
	(void)mount_namespaces_add(met, "self", &inode);
	while (folder && (process = readdir(folder))) {
		const char *pid = process->d_name;
		char table[64], prefix[64];

		if (pid[0] < '1' || pid[0] > '9' || !mount_namespaces_add(met, pid, &inode))
			continue;
		snprintf(table, sizeof table, "/proc/%.15s/mountinfo", pid);
		snprintf(prefix, sizeof prefix, "/proc/%.15s/root", pid);
		mount_survey_read(ret, table, type, prefix, pid);
	}
}

void mount_survey_deinit(struct mount_survey *survey)
{
	for (size_t at = 0; at < survey->count; at++)
		place_deinit(&survey->places[at]);
	free(survey->places);
	*survey = (struct mount_survey){ 0 };
}
