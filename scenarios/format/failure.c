/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/failure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/names.h"
#include "scenarios/format/parse.h"
#include "scenarios/format/standing.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/file.h"
#include "simfs/base/yaml/values.h"

#define AT(member)   .offset = offsetof(struct failure, member)
#define PROFILES_MAX 16
#define SEES_MAX     16

/* The same as for `mount --time-scale`. */
#define TIME_SCALE_MAX 1000000

/* The phases of its scenario. */
enum { INJECT, REMEDY, PHASES };

static field_reader read_moment, read_sum, read_needs, read_profiles, read_inject, read_later;

static const char *const check_words[] = { "none" };
static const char *const client_words[] = { "any", "lvm", "xapi" };

static const struct field failure_fields[] = {
	{ "name", read_name, AT(scenario.name), .required = true },
	{ "about", read_text, AT(scenario.about), .required = true },
	{ "source", read_text, AT(source) },
	{ "profiles", read_profiles, .offset = 0, .required = true },
	{ "clients", read_choice, AT(clients), .choices = client_words,
		.choice_count = sizeof client_words / sizeof client_words[0] },
	{ "needs", read_needs, .offset = 0 },
	{ "at", read_moment, AT(at) },
	{ "limit", read_sum, AT(scenario.limit) },
	{ "sr", read_word, AT(scenario.sr), .choices = sr_words, .choice_count = SR_WORDS },
	{ "format", read_word, AT(scenario.node_format), .choices = node_format_words,
		.choice_count = NODE_FORMAT_WORDS },
	{ "coalesce", read_wish, AT(scenario.coalesces_when_asked), .choices = coalesce_words,
		.choice_count = COALESCE_WORDS },
	{ "time-limit", read_duration, AT(scenario.time_limit_ns) },
	{ "time-scale", read_number, AT(scenario.time_scale), .min = 1, .max = TIME_SCALE_MAX },
	{ "writers", read_writers, AT(scenario.writers) },
	{ "writer-check", read_wish, AT(scenario.writers_unchecked), .choices = check_words,
		.choice_count = sizeof check_words / sizeof check_words[0] },
	{ "inject", read_inject, .offset = 0, .required = true },
	{ "remedy", read_later, .offset = 0 },
};
static const struct field_table failure_table = FIELD_TABLE("failure", failure_fields);

const struct field_table *const *failure_tables(size_t *ret_count)
{
	static const struct field_table *const tables[] = { &failure_table };

	*ret_count = sizeof tables / sizeof tables[0];
	return tables;
}

bool moment_parse(const char *text, struct start_condition *ret)
{
	struct mistakes mistakes;
	struct scenario_reading reading = { .reading.mistakes = &mistakes };
	struct field field = { .key = "at" };
	AUTO(auto_free) char *copy = heap_copy(text);
	struct tree_node node = { .kind = TREE_SCALAR, .text = copy, .quoted = true };

	*ret = (struct start_condition){ 0 };
	mistakes_init(&mistakes);
	read_condition(&reading.reading, &field, &node, ret);
	mistakes_deinit(&mistakes);
	return ret->gauge != NULL;
}

/* Reads a size, a share of the volume, or the sum of both: a fixed need plus one that grows with
 * the volume. */
static void read_sum(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	uint64_t bytes;
	uint32_t per_million;

	if (node->kind == TREE_SCALAR && strchr(node->text, '+') &&
		failure_sum_parse(node->text, &bytes, &per_million) == 0)
		*(char **)target = heap_copy(node->text);
	else
		read_limit(reading, field, node, target);
}

static void read_moment(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct start_condition moment = { 0 };

	read_condition(reading, field, node, &moment);
	if (moment.gauge)
		*(char **)target = heap_format("%s>=%s", moment.gauge, moment.at_least);
	free(moment.gauge);
	free(moment.at_least);
}

/* Returns whether NODE is a list of at most MAX; if not, adds the mistake that FIELD must be one
 * of WHAT. */
static bool is_list(struct reading *reading, const struct field *field,
	const struct tree_node *node, const char *what, size_t max)
{
	if (node->kind == TREE_REFUSED)
		return false;
	if (node->kind != TREE_LIST) {
		mistakes_add(reading->mistakes, node->place, "'%s' must be a list of %s, not %s",
			field->key, what, tree_kind_name(node->kind));
		return false;
	}
	if (node->entry_count <= max)
		return true;
	mistakes_add(reading->mistakes, node->entries[max].value->place,
		"'%s' has more than %zu %s", field->key, max, what);
	return false;
}

static void read_needs(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct failure *failure = target;

	if (!is_list(reading, field, node, "programs", STEPS_MAX))
		return;
	for (size_t i = 0; i < node->entry_count; i++) {
		char *need = NULL;

		read_text(reading, field, node->entries[i].value, &need);
		if (!need)
			continue;
		failure->needs = heap_grow(
			failure->needs, failure->need_count, sizeof *failure->needs);
		failure->needs[failure->need_count++] = need;
	}
}

static void steps_mark(struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		steps[i].of_failure = true;
}

/* Call it after the steps have been read: expectations may refer to what they make. */
static void sees_read(
	struct reading *reading, const struct tree_node *node, struct failure_profile *profile)
{
	struct field field = { .key = profile->name };

	if (!is_list(reading, &field, node, "expectations", SEES_MAX))
		return;
	profile->sees = heap_new((node->entry_count + 1) * sizeof *profile->sees);
	for (size_t i = 0; i < node->entry_count; i++)
		read_expectation(reading, &field, node->entries[i].value,
			&profile->sees[profile->see_count++]);
	steps_mark(profile->sees, profile->see_count);
}

/* Reads the names of the profiles; failure_fill() reads what is seen. */
static void read_profiles(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct failure *failure = target;

	if (node->kind == TREE_REFUSED)
		return;
	if (node->kind != TREE_MAP || node->entry_count == 0 || node->entry_count > PROFILES_MAX) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' must be a map of up to %d profiles to what is seen there (try { "
			"plain: [] })",
			field->key, PROFILES_MAX);
		return;
	}
	failure->profiles = heap_new(node->entry_count * sizeof *failure->profiles);
	for (size_t i = 0; i < node->entry_count; i++) {
		struct failure_profile *profile = &failure->profiles[failure->profile_count];

		read_profile_name(reading, field, node->entries[i].key, &profile->name);
		failure->profile_count += profile->name != NULL;
	}
}

static void phase_read(
	struct reading *reading, const char *key, const struct tree_node *node, struct phase *phase)
{
	struct field field = { .key = key };

	phase->place = node->place;
	read_steps(reading, &field, node, phase);
	steps_mark(phase->steps, phase->step_count);
}

static void read_inject(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct failure *failure = target;

	phase_read(reading, field->key, node, &failure->scenario.phases[INJECT]);
}

/* failure_fill() reads these: what is seen must be read before the remedy. */
static void read_later(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	(void)reading;
	(void)field;
	(void)node;
	(void)target;
}

static bool is_met(const struct phase *phase)
{
	for (size_t i = 0; i < phase->step_count; i++) {
		const struct step *step = &phase->steps[i];

		if (step->kind == STEP_BACKUP && strcmp(step->name, FAILURE_BACKUP) == 0)
			return true;
	}
	return false;
}

/* Adds mistakes that no single value shows. */
static void failure_check(
	struct reading *reading, const struct tree_node *tree, const struct failure *failure)
{
	const struct tree_node *at = tree_find(tree, "at");
	const struct tree_node *inject = tree_find(tree, "inject");

	if (reading->mistakes->count > 0)
		return;
	if (failure_has_moment(failure) && !at)
		mistakes_add(reading->mistakes, tree->place,
			"missing key 'at' in failure (which moment is the default for {at}?)");
	if (at && !failure_has_moment(failure))
		mistakes_add(reading->mistakes, at->place,
			"nothing happens at this moment (try start: \"{at}\" in a step, or "
			"when={at} in a rule)");
	if (!is_met(&failure->scenario.phases[INJECT]))
		mistakes_add(reading->mistakes, inject->place,
			"no backup '" FAILURE_BACKUP
			"' is made in 'inject', so no client meets the failure");
	standing_check(&failure->scenario, reading->mistakes);
}

static void failure_fill(
	struct reading *reading, const struct tree_node *tree, struct failure *failure)
{
	const struct tree_node *profiles = tree ? tree_find(tree, "profiles") : NULL;
	const struct tree_node *remedy = tree ? tree_find(tree, "remedy") : NULL;

	if (!tree) {
		if (reading->mistakes->count == 0)
			mistakes_add(reading->mistakes, (struct place){ 1, 1 },
				"the file is empty (see 'snaprig list failures')");
		return;
	}
	fields_read(reading, &failure_table, tree, failure);
	for (size_t i = 0, at = 0; at < failure->profile_count; i++)
		if (strcmp(profiles->entries[i].key->text, failure->profiles[at].name) == 0)
			sees_read(reading, profiles->entries[i].value, &failure->profiles[at++]);
	if (remedy)
		phase_read(reading, "remedy", remedy, &failure->scenario.phases[REMEDY]);
	failure_check(reading, tree, failure);
}

int failure_parse(const char *path, const char *text, size_t length, struct mistakes *mistakes,
	struct failure **ret)
{
	struct failure *failure = heap_new(sizeof *failure);
	struct tree_node *tree = yaml_tree_read(text, length, mistakes);
	struct names names;
	struct scenario_reading all = {
		.reading.mistakes = mistakes, .names = &names, .is_failure = true
	};
	struct reading *reading = &all.reading;

	names_init(&names);
	failure->scenario.path = heap_copy(path);
	failure->scenario.time_limit_ns = SCENARIO_TIME_LIMIT_NS;
	failure->scenario.phases = heap_new(PHASES * sizeof *failure->scenario.phases);
	failure->scenario.phase_count = PHASES;
	failure->scenario.phases[INJECT].name = heap_copy("inject");
	failure->scenario.phases[REMEDY].name = heap_copy("remedy");
	failure_fill(reading, tree, failure);
	yaml_tree_destroy(tree);
	names_deinit(&names);
	mistakes_sort(mistakes);
	if (mistakes->count > 0) {
		failure_destroy(failure);
		return -EINVAL;
	}
	*ret = failure;
	return 0;
}

bool failure_is_meant(const char *text, size_t length)
{
	struct mistakes ignored;

	mistakes_init(&ignored);

	struct tree_node *tree = yaml_tree_read(text, length, &ignored);
	/* Every failure has one of these keys; a scenario has `phases` instead. */
	bool is_failure = tree && (tree_find(tree, "inject") || tree_find(tree, "profiles")) &&
			  !tree_find(tree, "phases");

	yaml_tree_destroy(tree);
	mistakes_deinit(&ignored);
	return is_failure;
}

int failure_load(const char *path, FILE *messages, struct failure **ret)
{
	struct mistakes mistakes;
	size_t length = 0;
	AUTO(auto_free) char *text = NULL;
	int error;

	mistakes_init(&mistakes);
	error = yaml_file_read(path, "scenario", &mistakes, &text, &length);
	if (error == 0)
		error = failure_parse(path, text, length, &mistakes, ret);
	mistakes_print(&mistakes, path, messages);
	mistakes_deinit(&mistakes);
	return error;
}

void failure_destroy(struct failure *failure)
{
	if (!failure)
		return;
	for (size_t i = 0; i < failure->need_count; i++)
		free(failure->needs[i]);
	for (size_t i = 0; i < failure->profile_count; i++) {
		steps_deinit(failure->profiles[i].sees, failure->profiles[i].see_count);
		free(failure->profiles[i].name);
	}
	free(failure->profiles);
	free(failure->needs);
	free(failure->source);
	free(failure->at);
	scenario_deinit(&failure->scenario);
	free(failure);
}

const struct failure_profile *failure_profile(const struct failure *failure, const char *name)
{
	for (size_t i = 0; i < failure->profile_count; i++)
		if (!name || strcmp(failure->profiles[i].name, name) == 0)
			return &failure->profiles[i];
	return NULL;
}
