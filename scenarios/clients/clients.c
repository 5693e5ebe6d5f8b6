/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clients.c - finds adapters.
 */
#include "scenarios/clients/clients.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/clients/requirement.h"
#include "scenarios/clients/share.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"

#define SUFFIX	    ".yaml"
#define CLIENTS_MAX 512 /* candidates for a hint */

/* The names of all adapters in the folders of a search, without duplicates. */
struct client_names {
	char *names[CLIENTS_MAX];
	size_t count;
};

static void names_free(struct client_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
}

static int adapter_filter(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && dot > entry->d_name && strcmp(dot, SUFFIX) == 0;
}

static void names_add(struct client_names *names, const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, adapter_filter, alphasort);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (names->count < CLIENTS_MAX)
			names->names[names->count++] = heap_format(
				"%.*s", (int)(strlen(name) - strlen(SUFFIX)), name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static int unknown_client(const char *name, const struct client_search *search, const char *ours,
	struct mistakes *mistakes, struct place place)
{
	AUTO(names_free) struct client_names names = { .count = 0 };
	AUTO(auto_free) char *all = heap_copy("");

	for (size_t i = 0; i < search->folder_count; i++)
		names_add(&names, search->folders[i]);
	names_add(&names, ours);

	const char *near = suggest_near(name, (const char *const *)names.names, names.count);

	for (size_t i = 0; i < names.count; i++) {
		AUTO(auto_free) char *before = all;

		all = heap_format("%s%s%s", before, i > 0 ? ", " : "", names.names[i]);
	}
	if (near)
		mistakes_add(
			mistakes, place, "unknown client '%s' (did you mean '%s'?)", name, near);
	else
		mistakes_add(mistakes, place, "unknown client '%s' (one of: %s)", name, all);
	return -ENOENT;
}

/* Reads the adapter at PATH; its mistakes have places of their own. */
static int adapter_read(const char *name, const char *path, struct mistakes *mistakes,
	struct place place, struct client **ret)
{
	AUTO(auto_free) char *text = file_text(path);
	struct mistakes own;

	if (!text) {
		mistakes_add(
			mistakes, place, "cannot read adapter '%s': %s", path, error_text(-errno));
		return -ENOENT;
	}
	mistakes_init(&own);

	int error = client_parse(name, text, strlen(text), &own, ret);

	for (size_t i = 0; i < own.count; i++)
		mistakes_add(mistakes, place, "client '%s': %s:%u:%u: %s", name, path,
			own.items[i].place.line, own.items[i].place.column, own.items[i].text);
	mistakes_deinit(&own);
	return error;
}

/* Returns NAME as a path relative to the scenario. */
static char *path_beside(const char *name, const char *scenario_path)
{
	const char *slash = scenario_path ? strrchr(scenario_path, '/') : NULL;

	if (name[0] == '/' || !slash)
		return heap_copy(name);
	return heap_format("%.*s/%s", (int)(slash - scenario_path), scenario_path, name);
}

static int find_at_path(const char *name, const struct client_search *search,
	struct mistakes *mistakes, struct place place, struct client **ret)
{
	AUTO(auto_free) char *path = path_beside(name, search->scenario_path);
	const char *base = strrchr(name, '/') + 1;
	size_t length = strlen(base), suffix = strlen(SUFFIX);
	bool has_suffix = length > suffix && strcmp(base + length - suffix, SUFFIX) == 0;
	AUTO(auto_free)
	char *own_name = heap_format("%.*s", (int)(has_suffix ? length - suffix : length), base);

	return adapter_read(own_name, path, mistakes, place, ret);
}

int client_find(const char *name, const struct client_search *search, struct mistakes *mistakes,
	struct place place, struct client **ret)
{
	if (strchr(name, '/'))
		return find_at_path(name, search, mistakes, place, ret);
	for (size_t i = 0; i < search->folder_count; i++) {
		AUTO(auto_free) char *path = heap_format("%s/%s" SUFFIX, search->folders[i], name);

		if (access(path, F_OK) == 0)
			return adapter_read(name, path, mistakes, place, ret);
	}

	AUTO(auto_free) char *ours = share_folder("clients");

	if (!ours) {
		AUTO(auto_free) char *why = share_missing("clients");

		mistakes_add(mistakes, place, "%s", why);
		return -ENOENT;
	}

	AUTO(auto_free) char *path = heap_format("%s/%s" SUFFIX, ours, name);

	if (access(path, F_OK) < 0)
		return unknown_client(name, search, ours, mistakes, place);
	return adapter_read(name, path, mistakes, place, ret);
}

int client_load(const char *name, FILE *messages, struct client **ret)
{
	const struct client_search ours = { 0 };
	struct mistakes mistakes;

	mistakes_init(&mistakes);

	int error = client_find(name, &ours, &mistakes, (struct place){ 0, 0 }, ret);

	for (size_t i = 0; i < mistakes.count; i++)
		fprintf(messages, "%s\n", mistakes.items[i].text);
	mistakes_deinit(&mistakes);
	return error;
}

const char *client_missing(const struct client *client, char **ret_why)
{
	for (size_t i = 0; i < client->requires.count; i++) {
		*ret_why = requirement_missing(client->requires.texts[i]);
		if (*ret_why)
		return client->requires.texts[i];
	}
	*ret_why = NULL;
	return NULL;
}

char *client_packages(const struct client *client)
{
	char *text = heap_copy("");

	for (size_t i = 0; i < client->packages.count; i++) {
		AUTO(auto_free) char *before = text;

		text = heap_format("%s%s%s%s", before, i == 0 ? " (of Debian: " : ", ",
			client->packages.texts[i], i + 1 == client->packages.count ? ")" : "");
	}
	return text;
}
