/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/scenario_failures.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/files.h"
#include "scenarios/cli/failure_find.h"
#include "scenarios/cli/scenario_names.h"
#include "scenarios/format/failure.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* The default profile, in a failure for any profile. */
#define ANY_PROFILE "plain"

enum { INJECT, REMEDY };

struct expanding {
	struct scenario *scenario;
	struct mistakes *mistakes;
	struct scenario own; /* the scenario's own settings: a shallow copy from before */
};

/* ---- which failure ---- */

static struct failure *file_read(
	struct expanding *expanding, const struct step *step, const char *path)
{
	AUTO(auto_free) char *text = file_text(path);
	struct failure *failure = NULL;
	struct mistakes own;

	if (!text) {
		mistakes_add(expanding->mistakes, step->place, "cannot read failure '%s'", path);
		return NULL;
	}
	mistakes_init(&own);
	(void)failure_parse(path, text, strlen(text), &own, &failure);
	for (size_t i = 0; i < own.count; i++)
		mistakes_add(expanding->mistakes, step->place, "failure '%s': %s:%u:%u: %s",
			step->name, path, own.items[i].place.line, own.items[i].place.column,
			own.items[i].text);
	mistakes_deinit(&own);
	return failure;
}

/* Checks that the step's arguments suit FAILURE. */
static bool suits(
	struct expanding *expanding, const struct step *step, const struct failure *failure)
{
	const char *profile = expanding->scenario->profile;
	size_t before = expanding->mistakes->count;

	if (!failure_profile(failure, profile) && !failure_profile(failure, ANY_PROFILE))
		mistakes_add(expanding->mistakes, step->place,
			"failure '%s' does not happen with profile '%s' (try %s)", step->name,
			profile, failure->profiles[0].name);
	if (step->value && !failure_at_reads(step->value))
		mistakes_add(expanding->mistakes, step->place,
			"cannot read moment '%s' (try \"read.progress>=50%%\")", step->value);
	else if (step->value && !failure_has_at(failure, step->value))
		mistakes_add(expanding->mistakes, step->place,
			"failure '%s' has no %s that 'at' could set", step->name,
			failure_has_offset(failure) ? "moment, but an offset," : "moment");
	if (expanding->scenario->volume_bytes == 0)
		mistakes_add(expanding->mistakes, step->place,
			"failure '%s' needs to know the volume's 'size'", step->name);
	return expanding->mistakes->count == before;
}

static struct failure *failure_of(struct expanding *expanding, const struct step *step)
{
	AUTO(auto_free) char *why = NULL;
	AUTO(auto_free) char *path = failure_find(step->name, expanding->scenario->path, &why);
	struct failure *failure = path ? file_read(expanding, step, path) : NULL;

	if (!path)
		mistakes_add(expanding->mistakes, step->place, "%s", why);
	if (failure && suits(expanding, step, failure)) {
		failure_bind(failure, step->value, expanding->scenario->volume_bytes);
		return failure;
	}
	failure_destroy(failure);
	return NULL;
}

/* ---- what it asks for ---- */

static void differs_add(struct expanding *expanding, const struct step *step, const char *key)
{
	mistakes_add(expanding->mistakes, step->place,
		"failure '%s' needs a different '%s' from an earlier one (a scenario has only one)",
		step->name, key);
}

/* OWN is the scenario's own setting; NULL: none. */
static void text_take(struct expanding *expanding, const struct step *step, const char *key,
	const char *own, char **text, char **wished)
{
	if (own || !*wished)
		return;
	if (!*text)
		*text = TAKE_PTR(*wished);
	else if (strcmp(*text, *wished) != 0)
		differs_add(expanding, step, key);
}

static void number_take(struct expanding *expanding, const struct step *step, const char *key,
	uint64_t none, uint64_t own, uint64_t wished, uint64_t *number)
{
	if (own != none || wished == none)
		return;
	if (*number == none)
		*number = wished;
	else if (*number != wished)
		differs_add(expanding, step, key);
}

static void writers_take(
	struct expanding *expanding, const struct step *step, struct scenario *wished)
{
	struct writer_texts *writers = &expanding->scenario->writers;
	bool is_same = writers->count == wished->writers.count;

	if (expanding->own.writers.count > 0 || wished->writers.count == 0)
		return;
	if (writers->count == 0) {
		*writers = wished->writers;
		wished->writers = (struct writer_texts){ 0 };
		return;
	}
	for (size_t i = 0; is_same && i < writers->count; i++)
		is_same = strcmp(writers->texts[i], wished->writers.texts[i]) == 0;
	if (!is_same)
		differs_add(expanding, step, "writers");
}

static void settings_take(
	struct expanding *expanding, const struct step *step, struct failure *failure)
{
	struct scenario *scenario = expanding->scenario, *wished = &failure->scenario;
	const struct scenario *own = &expanding->own;

	text_take(expanding, step, "limit", own->limit, &scenario->limit, &wished->limit);
	text_take(expanding, step, "sr", own->sr, &scenario->sr, &wished->sr);
	text_take(expanding, step, "format", own->node_format, &scenario->node_format,
		&wished->node_format);
	number_take(expanding, step, "time-scale", 0, own->time_scale, wished->time_scale,
		&scenario->time_scale);
	number_take(expanding, step, "time-limit", SCENARIO_TIME_LIMIT_NS, own->time_limit_ns,
		wished->time_limit_ns, &scenario->time_limit_ns);
	writers_take(expanding, step, wished);
	scenario->writers_unchecked |= wished->writers_unchecked;
	scenario->coalesces_when_asked |= wished->coalesces_when_asked;
	for (size_t i = 0; i < failure->need_count; i++) {
		scenario->needs = heap_grow(
			scenario->needs, scenario->need_count, sizeof *scenario->needs);
		scenario->needs[scenario->need_count++] = heap_copy(failure->needs[i]);
	}
}

/* ---- its steps ---- */

/* Moves STEP to the end of PHASE. */
static void step_move(
	struct phase *phase, struct step *step, const char *prefix, const struct place *place)
{
	if (prefix)
		step_names_prefix(step, prefix);
	step->place = *place;
	phase->steps = heap_grow(phase->steps, phase->step_count, sizeof *phase->steps);
	phase->steps[phase->step_count++] = *step;
	*step = (struct step){ .kind = step->kind };
}

static bool is_end_of_backup(const struct step *step)
{
	return step->kind == STEP_AWAIT || (step->kind == STEP_BACKUP && !step->in_background);
}

/* What must be seen is checked after the backup that meets the failure. */
static void steps_move(const struct scenario *scenario, struct failure *failure,
	const struct step *of, struct phase *to)
{
	const struct failure_profile *profile = failure_profile(failure, scenario->profile);
	bool is_remedy = of->kind == STEP_REMEDY;
	struct phase *from = &failure->scenario.phases[is_remedy ? REMEDY : INJECT];
	size_t see_count = is_remedy || !profile ? 0 : profile->see_count;

	for (size_t i = 0; i < from->step_count; i++) {
		bool is_met = is_end_of_backup(&from->steps[i]) &&
			      strcmp(from->steps[i].name, FAILURE_BACKUP) == 0;

		step_move(to, &from->steps[i], of->prefix, &of->place);
		for (size_t see = 0; is_met && see < see_count; see++)
			step_move(to, &profile->sees[see], of->prefix, &of->place);
	}
}

static void step_expand(struct expanding *expanding, struct step *step, struct phase *to)
{
	struct failure *failure = failure_of(expanding, step);

	if (failure) {
		settings_take(expanding, step, failure);
		steps_move(expanding->scenario, failure, step, to);
	}
	failure_destroy(failure);
	step_deinit(step);
}

static bool phase_has_failure(const struct phase *phase)
{
	for (size_t i = 0; i < phase->step_count; i++) {
		if (phase->steps[i].kind == STEP_FAILURE || phase->steps[i].kind == STEP_REMEDY)
			return true;
	}
	return false;
}

static void phase_expand(struct expanding *expanding, struct phase *phase)
{
	struct phase whole = { 0 };

	for (size_t i = 0; i < phase->step_count; i++) {
		struct step *step = &phase->steps[i];

		if (step->kind == STEP_FAILURE || step->kind == STEP_REMEDY)
			step_expand(expanding, step, &whole);
		else
			step_move(&whole, step, NULL, &step->place);
	}
	free(phase->steps);
	phase->steps = whole.steps;
	phase->step_count = whole.step_count;
}

int scenario_failures_expand(struct scenario *scenario, struct mistakes *mistakes)
{
	struct expanding expanding = { scenario, mistakes, *scenario };
	size_t before = mistakes->count;
	bool has_some = false;

	for (size_t i = 0; i < scenario->phase_count; i++) {
		if (!phase_has_failure(&scenario->phases[i]))
			continue;
		has_some = true;
		phase_expand(&expanding, &scenario->phases[i]);
	}
	/* Only now is it known what steps after a failure can refer to. */
	if (has_some && mistakes->count == before)
		scenario_names_check(scenario, mistakes);
	return mistakes->count == before ? 0 : -EINVAL;
}
