/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/list_files.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/clients/beside.h"
#include "scenarios/clients/clients.h"
#include "scenarios/clients/readiness.h"
#include "scenarios/clients/share.h"
#include "scenarios/format/failure.h"
#include "scenarios/format/files.h"
#include "scenarios/format/scenario.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"

/* Finds every file of the data folder NAME.  The caller deinits FILES even if this returns
 * false. */
static bool find_files(const char *name, struct scenario_files *files)
{
	AUTO(auto_free) char *folder = share_folder(name);

	scenario_files_init(files);
	if (!folder) {
		AUTO(auto_free) char *why = share_missing(name);

		log_error("%s", why);
		return false;
	}

	int error = scenario_files_add(files, folder);

	if (error < 0)
		log_error_code(error, "cannot read '%s'", folder);
	return error == 0;
}

static json_t *scenario_json(const struct scenario *scenario)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s?}", "name", scenario->name, "profile",
		scenario->profile, "client", scenario->client, "path", scenario->path, "about",
		scenario->about);
}

json_t *list_scenarios_json(void)
{
	struct scenario_files files;
	json_t *scenarios = find_files("catalog", &files) ? json_array() : NULL;

	for (size_t at = 0; scenarios && at < files.count; at++) {
		struct scenario_list list = { 0 };

		if (lies_beside_scenarios(files.paths[at]))
			continue;
		/* Its mistakes are printed, and the others are still listed. */
		(void)scenarios_load(files.paths[at], stderr, &list);
		for (size_t i = 0; i < list.count; i++)
			json_array_append_new(scenarios, scenario_json(list.items[i]));
		scenario_list_deinit(&list);
	}
	scenario_files_deinit(&files);
	return scenarios;
}

static json_t *texts_json(const struct text_list *list)
{
	json_t *texts = json_array();

	for (size_t at = 0; at < list->count; at++)
		json_array_append_new(texts, json_string(list->texts[at]));
	return texts;
}

static json_t *client_json(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *file = slash ? slash + 1 : path;
	AUTO(auto_free) char *name = strndup(file, strcspn(file, "."));
	struct client *client;

	if (!name || client_load(name, stderr, &client) < 0)
		return NULL;

	AUTO(auto_free) char *why = NULL;
	const char *missing = client_missing(client, &why);
	AUTO(auto_free)
	char *unready = missing ? NULL : client_unready(client, READINESS_PATIENCE_NS);
	json_t *object = json_pack("{s:s, s:s?, s:o, s:o, s:s?, s:s?, s:s}", "name", client->name,
		"about", client->about, "requires", texts_json(&client->requires), "packages",
		texts_json(&client->packages), "missing", missing, "unready", unready, "usable",
		missing || unready ? "no" : "yes");

	client_destroy(client);
	return object;
}

json_t *list_clients_json(void)
{
	struct scenario_files files;
	json_t *clients = find_files("clients", &files) ? json_array() : NULL;

	for (size_t at = 0; clients && at < files.count; at++) {
		json_t *client = client_json(files.paths[at]);

		if (client)
			json_array_append_new(clients, client);
	}
	scenario_files_deinit(&files);
	return clients;
}

static json_t *failure_json(const struct failure *failure)
{
	json_t *profiles = json_array(), *needs = json_array();

	for (size_t at = 0; at < failure->profile_count; at++)
		json_array_append_new(profiles, json_string(failure->profiles[at].name));
	for (size_t at = 0; at < failure->need_count; at++)
		json_array_append_new(needs, json_string(failure->needs[at]));
	return json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:o, s:o, s:s}", "name",
		failure->scenario.name, "about", failure->scenario.about, "source", failure->source,
		"at", failure->at, "strikes", failure_place(failure), "profiles", profiles, "needs",
		needs, "path", failure->scenario.path);
}

json_t *list_failures_json(void)
{
	struct scenario_files files;
	json_t *failures = find_files("failures", &files) ? json_array() : NULL;

	for (size_t at = 0; failures && at < files.count; at++) {
		struct failure *failure;

		/* Its mistakes are printed, and the others are still listed. */
		if (failure_load(files.paths[at], stderr, &failure) < 0)
			continue;
		json_array_append_new(failures, failure_json(failure));
		failure_destroy(failure);
	}
	scenario_files_deinit(&files);
	return failures;
}
