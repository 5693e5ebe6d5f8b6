/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/process_children.h"

#include <dirent.h>
#include <stdio.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static bool add_of_thread(pid_t pid, const char *thread, size_t max, struct process_list *list)
{
	char path[64];
	int child;

	snprintf(path, sizeof path, "/proc/%d/task/%.16s/children", (int)pid, thread);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	while (file && list->count < max && fscanf(file, "%d", &child) == 1) {
		list->items = heap_grow(list->items, list->count, sizeof *list->items);
		list->items[list->count++] = child;
	}
	return file != NULL;
}

bool process_children_add(pid_t pid, size_t max, struct process_list *list)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);

	AUTO(auto_closedir) DIR *folder = opendir(path);
	struct dirent *entry;
	bool is_told = folder != NULL;

	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] != '.')
			is_told &= add_of_thread(pid, entry->d_name, max, list);
	}
	return is_told;
}
