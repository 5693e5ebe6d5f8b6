/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/scenario_names.h"

#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static void prefix_add(char **name, const char *prefix)
{
	AUTO(auto_free) char *before = *name;

	if (before)
		*name = heap_format("%s-%s", prefix, before);
}

/* Prefixes the name in "snapshot=NAME" of the rule TEXT. */
static char *rule_prefix(const char *text, const char *prefix)
{
	static const char key[] = " snapshot=";
	const char *at = strstr(text, key);
	size_t length = at ? (size_t)(at - text) + strlen(key) : 0;

	return at ? heap_format("%.*s%s-%s", (int)length, text, prefix, text + length)
		  : heap_copy(text);
}

void step_names_prefix(struct step *step, const char *prefix)
{
	bool has_name = step->kind == STEP_SNAPSHOT || step->kind == STEP_DELETE ||
			step->kind == STEP_BACKUP || step->kind == STEP_AWAIT ||
			step->kind == STEP_WRITE || step->kind == STEP_RESTORE ||
			step->kind == STEP_CLONE;

	if (has_name)
		prefix_add(&step->name, prefix);
	prefix_add(&step->of, prefix);
	prefix_add(&step->expectation.snapshot, prefix);
	prefix_add(&step->expectation.content, prefix);
	prefix_add(&step->expectation.journal.snapshot, prefix);
	for (size_t i = 0; i < step->faults.count; i++) {
		AUTO(auto_free) char *before = step->faults.texts[i];

		step->faults.texts[i] = rule_prefix(before, prefix);
	}
}

/* A thing that the steps so far have made. */
struct known {
	const char *name;
	bool is_backup;
	bool is_gone;
};

struct checking {
	struct mistakes *mistakes;
	struct known *known;
	size_t count;
};

static struct known *known_find(const struct checking *checking, const char *name, bool is_backup)
{
	for (size_t i = checking->count; i-- > 0;) {
		struct known *known = &checking->known[i];

		if (known->is_backup == is_backup && strcmp(known->name, name) == 0)
			return known;
	}
	return NULL;
}

static void made(
	struct checking *checking, const struct step *step, const char *name, bool is_backup)
{
	const struct known *before = known_find(checking, name, is_backup);

	if (before && !before->is_gone)
		mistakes_add(checking->mistakes, step->place,
			"%s '%s' was made before ('as: NAME' renames what a failure makes)",
			is_backup ? "backup" : "snapshot", name);
	checking->known = heap_grow(checking->known, checking->count, sizeof *checking->known);
	checking->known[checking->count++] = (struct known){ name, is_backup, false };
}

/* NAME may be NULL: nothing is referred to. */
static struct known *spoken_of(struct checking *checking, const struct step *step, const char *name,
	bool is_backup, bool may_be_gone)
{
	struct known *known = name ? known_find(checking, name, is_backup) : NULL;
	const char *what = is_backup ? "backup" : "snapshot";

	if (name && !known)
		mistakes_add(checking->mistakes, step->place,
			"%s '%s' is never made before this step", what, name);
	else if (known && known->is_gone && !may_be_gone)
		mistakes_add(
			checking->mistakes, step->place, "%s '%s' is deleted before", what, name);
	return known;
}

static void step_check(struct checking *checking, const struct step *step)
{
	struct known *known;

	switch (step->kind) {
	case STEP_SNAPSHOT:
		made(checking, step, step->name, false);
		break;
	case STEP_CLONE:
		spoken_of(checking, step, step->of, false, false);
		made(checking, step, step->name, false);
		break;
	case STEP_DELETE:
		known = spoken_of(checking, step, step->name, false, false);
		if (known && !step->fails)
			known->is_gone = true;
		break;
	case STEP_BACKUP:
		if (step->takes)
			made(checking, step, step->of, false);
		else
			spoken_of(checking, step, step->of, false, false);
		made(checking, step, step->name, true);
		break;
	case STEP_AWAIT:
		spoken_of(checking, step, step->name, true, true);
		break;
	case STEP_RESTORE:
		spoken_of(checking, step, step->of, true, true);
		break;
	case STEP_EXPECT:
		spoken_of(checking, step, step->expectation.snapshot, false, false);
		spoken_of(checking, step, step->expectation.content, false, true);
		spoken_of(checking, step, step->expectation.journal.snapshot, false, true);
		break;
	default:
		break;
	}
}

void scenario_names_check(const struct scenario *scenario, struct mistakes *mistakes)
{
	struct checking checking = { .mistakes = mistakes };

	for (size_t i = 0; i < scenario->phase_count; i++) {
		for (size_t at = 0; at < scenario->phases[i].step_count; at++)
			step_check(&checking, &scenario->phases[i].steps[at]);
	}
	free(checking.known);
}
