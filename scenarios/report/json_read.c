/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/json_read.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/report/differences_json.h"
#include "scenarios/report/environment_json.h"
#include "scenarios/report/measures.h"
#include "scenarios/report/timeline_json.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/control/protocol.h"

#define SECONDS_MAX 1e9

static char *text_of(const json_t *object, const char *key)
{
	return heap_copy(json_string_value(json_object_get(object, key)));
}

static int64_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static uint64_t seconds_of(const json_t *object)
{
	double seconds = json_number_value(json_object_get(object, "seconds"));

	return seconds > 0 && seconds < SECONDS_MAX ? (uint64_t)(seconds * (double)NS_PER_S + 0.5)
						    : 0;
}

/* Returns whether the member exists and is a string. */
static bool has_text(const json_t *object, const char *key)
{
	return json_is_string(json_object_get(object, key));
}

static bool outcome_read(const json_t *object, enum outcome *ret)
{
	const char *name = json_string_value(json_object_get(object, "outcome"));

	for (*ret = OUTCOME_PASSED; name && *ret <= OUTCOME_ERROR; (*ret)++) {
		if (strcmp(outcome_name(*ret), name) == 0)
			return true;
	}
	return false;
}

static bool verdict_read(const json_t *object, enum verdict *ret)
{
	const char *name = json_string_value(json_object_get(object, "verdict"));

	for (*ret = VERDICT_NONE; name && *ret <= VERDICT_INCONCLUSIVE; (*ret)++) {
		if (strcmp(verdict_name(*ret), name) == 0)
			return true;
	}
	return false;
}

static bool step_read(const json_t *object, struct step_result *step)
{
	step->phase = text_of(object, "phase");
	step->title = text_of(object, "step");
	step->place = (struct place){ (unsigned)number_of(object, "line"),
		(unsigned)number_of(object, "column") };
	step->message = text_of(object, "message");
	step->duration_ns = seconds_of(object);
	return step->phase && step->title && outcome_read(object, &step->outcome);
}

static bool backup_read(const json_t *object, struct backup_result *backup)
{
	backup->name = text_of(object, "name");
	backup->of = text_of(object, "of");
	backup->exit_status = (int)number_of(object, "exit");
	backup->reason = text_of(object, "reason");
	backup->duration_ns = seconds_of(object);
	measures_read_json(json_object_get(object, "reads"), json_object_get(object, "run"),
		&backup->measures);
	backup->differences = differences_read_json(json_object_get(object, "differences"));
	return backup->name && backup->of && verdict_read(object, &backup->verdict);
}

static bool steps_read(const json_t *object, struct scenario_result *result)
{
	const json_t *steps = json_object_get(object, "steps");
	bool is_right = json_is_array(steps);

	for (size_t i = 0; i < json_array_size(steps); i++) {
		result->steps = heap_grow(result->steps, result->step_count, sizeof *result->steps);
		is_right = step_read(json_array_get(steps, i),
				   &result->steps[result->step_count++]) &&
			   is_right;
	}
	return is_right;
}

static bool backups_read(const json_t *object, struct scenario_result *result)
{
	const json_t *backups = json_object_get(object, "backups");
	bool is_right = json_is_array(backups);

	for (size_t i = 0; i < json_array_size(backups); i++) {
		result->backups = heap_grow(
			result->backups, result->backup_count, sizeof *result->backups);
		is_right = backup_read(json_array_get(backups, i),
				   &result->backups[result->backup_count++]) &&
			   is_right;
	}
	return is_right;
}

/* Reads what the client left, and the logs of it and of the kernel. */
static bool evidence_read(const json_t *object, struct scenario_result *result)
{
	const json_t *leaks = json_object_get(object, "leaks");
	const json_t *logs = json_object_get(object, "logs");

	for (size_t i = 0; i < json_array_size(leaks); i++) {
		if (!json_is_string(json_array_get(leaks, i)))
			return false;
		result_add_leak(result, json_string_value(json_array_get(leaks, i)));
	}
	for (size_t i = 0; i < json_array_size(logs); i++) {
		const json_t *log = json_array_get(logs, i);

		if (!has_text(log, "name") || !has_text(log, "text"))
			return false;
		result_add_evidence(result, json_string_value(json_object_get(log, "name")),
			json_string_value(json_object_get(log, "text")),
			json_is_true(json_object_get(log, "cut")));
	}
	return json_is_array(leaks) && json_is_array(logs);
}

/* For the environments of a report: the index of each in the list of the results. */
struct places {
	size_t *items;
	size_t count;
};

static void environments_read(const json_t *array, struct results *results, struct places *places)
{
	const json_t *json;
	size_t i;

	json_array_foreach(array, i, json)
	{
		struct environment environment;

		if (!environment_read_json(json, &environment))
			continue;
		places->items = heap_grow(places->items, places->count, sizeof *places->items);
		places->items[places->count++] = environments_add(
			&results->environments, &environment);
	}
}

static size_t place_of(const json_t *object, const struct places *places)
{
	uint64_t index = (uint64_t)number_of(object, "environment");

	return index < places->count ? places->items[index] : 0;
}

static bool scenario_read(
	const json_t *object, const struct places *places, struct results *results)
{
	char *name = text_of(object, "name"), *path = text_of(object, "path");
	char *profile = text_of(object, "profile"), *client = text_of(object, "client");
	char *about = text_of(object, "about");
	struct scenario scenario = {
		.name = name,
		.path = path,
		.about = about,
		.profile = profile,
		.client = client,
		.seed = (uint64_t)number_of(object, "seed"),
	};
	struct scenario_result *result = results_add(results, &scenario);

	result->message = text_of(object, "message");
	result->duration_ns = seconds_of(object);
	result->replay = text_of(object, "replay");
	result->artifacts = text_of(object, "artifacts");
	result->client_version = text_of(object, "client_version");
	result->record = text_of(object, "record");
	result->replay_words = text_of(object, "replay_words");
	result->environment = place_of(object, places);
	result->runs = (unsigned)number_of(object, "runs");
	result->flaky = text_of(object, "flaky");
	result->timeline = timeline_read_json(json_object_get(object, "timeline"));

	bool is_right = name && path && profile && client && result->runs >= 1 &&
			outcome_read(object, &result->outcome) && steps_read(object, result) &&
			backups_read(object, result) && evidence_read(object, result);

	free(name);
	free(path);
	free(about);
	free(profile);
	free(client);
	return is_right;
}

const char *report_json_read(const json_t *document, struct results *results)
{
	const json_t *scenarios = json_object_get(document, "scenarios");
	size_t count = json_array_size(scenarios), before = results->scenario_count;
	int64_t missing = number_of(document, "missing");
	size_t environments_before = results->environments.count;
	struct places places = { 0 };
	bool is_right = true;

	if (!json_is_array(scenarios) || !json_is_integer(json_object_get(document, "missing")) ||
		missing < 0)
		return "it is not a report of 'run' (try what --report json=FILE writes)";
	if (number_of(document, "schema_version") != SCHEMA_VERSION)
		return "it has another version";
	environments_read(json_object_get(document, "environments"), results, &places);
	for (size_t i = 0; is_right && i < count; i++)
		is_right = scenario_read(json_array_get(scenarios, i), &places, results);
	free(places.items);
	if (!is_right) {
		while (results->scenario_count > before) {
			struct scenario_result taken = results_take_latest(results);

			scenario_result_deinit(&taken);
		}
		while (results->environments.count > environments_before)
			environment_deinit(
				&results->environments.items[--results->environments.count]);
		return "a scenario in it cannot be read";
	}
	results->planned_count += count + (size_t)missing;
	return NULL;
}
