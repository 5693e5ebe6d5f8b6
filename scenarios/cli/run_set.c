/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/run_set.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/catalog_find.h"
#include "scenarios/cli/namesakes.h"
#include "scenarios/cli/scenario_check.h"
#include "scenarios/clients/beside.h"
#include "scenarios/format/files.h"
#include "scenarios/format/parse.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

#define RECORD_SUFFIX ".jsonl"

void run_set_init(struct run_set *set)
{
	*set = (struct run_set){ 0 };
}

void run_item_deinit(struct run_item *item)
{
	scenario_destroy(item->scenario);
	client_destroy(item->client);
}

void run_set_deinit(struct run_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		run_item_deinit(&set->items[i]);
	free(set->items);
	run_set_init(set);
}

static void item_add(struct run_set *set, struct run_item item)
{
	set->items = heap_grow(set->items, set->count, sizeof *set->items);
	set->items[set->count++] = item;
}

/* Reads the scenarios at PATH and adds them.  Returns 0, or -EINVAL after printing the mistakes. */
static int scenarios_add(struct run_set *set, const char *path)
{
	struct scenario_list list = { 0 };
	AUTO(auto_free) struct client **clients = NULL;
	struct mistakes mistakes;
	int error;

	mistakes_init(&mistakes);
	error = scenarios_read(path, &mistakes, &list);
	if (error == 0)
		error = scenarios_check(&list, &set->clients, &mistakes, &clients);
	mistakes_print(&mistakes, path, stderr);
	mistakes_deinit(&mistakes);
	if (error < 0) {
		scenario_list_deinit(&list);
		return -EINVAL;
	}
	for (size_t i = 0; i < list.count; i++)
		item_add(set, (struct run_item){ list.items[i], clients[i] });
	free(list.items);
	return 0;
}

/* Keeps, among the items of SET from FIRST on, only the scenario called NAME. */
static void items_choose(struct run_set *set, size_t first, const char *name)
{
	size_t kept = first;

	for (size_t i = first; i < set->count; i++) {
		if (strcmp(set->items[i].scenario->name, name) == 0)
			set->items[kept++] = set->items[i];
		else
			run_item_deinit(&set->items[i]);
	}
	set->count = kept;
}

/* Returns 0, or -errno after a message. */
static int files_find(const char *path, struct scenario_files *files, char **ret_scenario)
{
	size_t length = strlen(path), suffix = strlen(RECORD_SUFFIX);
	int error;

	*ret_scenario = NULL;
	if (length > suffix && strcmp(path + length - suffix, RECORD_SUFFIX) == 0) {
		log_error("'%s' is a record, not a scenario ('snaprig replay %s' runs it again)",
			path, path);
		return -EINVAL;
	}
	if (catalog_is_meant(path))
		return catalog_find(path, files, ret_scenario);
	error = scenario_files_add(files, path);
	if (error == -ENOENT)
		log_error("no scenario in directory '%s'", path);
	else if (error < 0)
		log_error_code(error, "cannot read directory '%s'", path);
	return error;
}

int run_set_add(struct run_set *set, const char *path)
{
	AUTO(auto_free) char *scenario = NULL;
	struct scenario_files files;
	size_t first = set->count;
	int result = 0, error;

	scenario_files_init(&files);
	error = files_find(path, &files, &scenario);
	for (size_t i = 0; i < files.count; i++) {
		bool is_found = strcmp(files.paths[i], path) != 0;

		if (is_found && lies_beside_scenarios(files.paths[i]))
			continue;
		if (scenarios_add(set, files.paths[i]) < 0)
			result = -EINVAL;
	}
	if (scenario)
		items_choose(set, first, scenario);
	scenario_files_deinit(&files);
	return error < 0 ? -EINVAL : result;
}

int run_set_check(const struct run_set *set)
{
	AUTO(auto_free)
	struct mistakes *mistakes = heap_new((set->count + 1) * sizeof *mistakes);
	AUTO(auto_free)
	struct named_scenario *named = heap_new((set->count + 1) * sizeof *named);
	int result = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct scenario *scenario = set->items[i].scenario;

		named[i] = (struct named_scenario){ scenario->name, scenario->path,
			scenario->name_place, &mistakes[i] };
	}
	namesakes_find(named, set->count);
	for (size_t i = 0; i < set->count; i++) {
		if (mistakes[i].count > 0)
			result = -EINVAL;
		mistakes_print(&mistakes[i], set->items[i].scenario->path, stderr);
		mistakes_deinit(&mistakes[i]);
	}
	return result;
}

void run_set_seed(struct run_set *set, uint64_t seed)
{
	for (size_t i = 0; i < set->count; i++)
		set->items[i].scenario->seed = seed;
}
