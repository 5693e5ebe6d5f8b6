/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/standing.h"

#include <stdlib.h>
#include <string.h>

#include "faults/rule.h"
#include "scenarios/format/failure.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/suggest.h"
#include "simfs/volume/writers/spec.h"

enum standing_kind { STANDING_RULE, STANDING_WRITER, STANDING_SNAPSHOT, STANDING_BACKUP };

static const char *const kind_names[] = {
	[STANDING_RULE] = "rule",
	[STANDING_WRITER] = "writer",
	[STANDING_SNAPSHOT] = "snapshot",
	[STANDING_BACKUP] = "backup",
};

static const char *const missing_hints[] = {
	[STANDING_RULE] = " (a rule is given a name with name=",
	[STANDING_WRITER] = " (see 'writers' and 'writer-add'",
	[STANDING_SNAPSHOT] = " (see 'snapshot'",
	[STANDING_BACKUP] = " (one begins to run with 'in: background'",
};

struct standing {
	enum standing_kind kind;
	char *name;
	struct place place; /* a backup: where it is started */
	bool is_simulated;  /* a writer */
};

struct checking {
	struct mistakes *mistakes;
	struct standing *items;
	size_t count;
	size_t ended_count; /* of backups */
};

static struct standing *find(
	const struct checking *checking, enum standing_kind kind, const char *name)
{
	for (size_t i = 0; i < checking->count; i++) {
		struct standing *item = &checking->items[i];

		if (item->kind == kind && strcmp(item->name, name) == 0)
			return item;
	}
	return NULL;
}

static void drop(struct checking *checking, struct standing *item)
{
	free(item->name);
	*item = checking->items[--checking->count];
}

/* Copies NAME; replaces an item with the same name. */
static void put(struct checking *checking, const struct standing *item)
{
	struct standing *before = find(checking, item->kind, item->name);

	if (before)
		drop(checking, before);
	checking->items = heap_grow(checking->items, checking->count, sizeof *checking->items);
	checking->items[checking->count] = *item;
	checking->items[checking->count++].name = heap_copy(item->name);
}

static void rules_put(struct checking *checking, const struct fault_texts *faults)
{
	for (size_t i = 0; i < faults->count; i++) {
		char message[RULE_MESSAGE_BYTES];
		AUTO(auto_free) char *text = failure_example(faults->texts[i]);
		struct fault_rule rule;

		if (rule_parse(text, &rule, message) == 0 && rule.name[0])
			put(checking,
				&(struct standing){ .kind = STANDING_RULE, .name = rule.name });
	}
}

static void writer_put(struct checking *checking, const char *text)
{
	char message[WRITER_MESSAGE_BYTES];
	struct writer_spec writer;

	if (writer_spec_parse(text, &writer, message) < 0)
		return;
	put(checking, &(struct standing){ .kind = STANDING_WRITER,
			      .name = writer.name,
			      .is_simulated = writer.kind == WRITER_SIMULATED });
}

static void missing_add(struct checking *checking, const struct step *step, enum standing_kind kind)
{
	const char **names = heap_new((checking->count + 1) * sizeof *names);
	const char *near;
	size_t count = 0;

	for (size_t i = 0; i < checking->count; i++) {
		if (checking->items[i].kind == kind)
			names[count++] = checking->items[i].name;
	}
	near = suggest_near(step->name, names, count);
	free(names);
	mistakes_add(checking->mistakes, step->place, "no %s '%s' exists at this step%s%s%s",
		kind_names[kind], step->name, near ? " (did you mean '" : missing_hints[kind],
		near ? near : "", near ? "'?)" : ")");
}

/* Returns the item that STEP is about; NULL after a mistake. */
static struct standing *spoken_of(
	struct checking *checking, const struct step *step, enum standing_kind kind)
{
	struct standing *item = find(checking, kind, step->name);

	if (!item)
		missing_add(checking, step, kind);
	return item;
}

static void killing_check(struct checking *checking, const struct step *step)
{
	const struct standing *writer = spoken_of(checking, step, STANDING_WRITER);

	if (writer && !writer->is_simulated)
		mistakes_add(checking->mistakes, step->place,
			"writer '%s' is not simulated, so only its own process can be killed",
			step->name);
}

static void snapshot_put(struct checking *checking, char *name)
{
	put(checking, &(struct standing){ .kind = STANDING_SNAPSHOT, .name = name });
}

static void snapshot_drop(struct checking *checking, const char *name)
{
	struct standing *item = find(checking, STANDING_SNAPSHOT, name);

	if (item)
		drop(checking, item);
}

/* Only VSS deletes its snapshots to let the volume grow. */
static void growth_check(
	struct checking *checking, const struct scenario *scenario, const struct step *step)
{
	if (!scenario->profile || strcmp(scenario->profile, "vss") == 0)
		return;
	for (size_t i = 0; i < checking->count; i++) {
		if (checking->items[i].kind != STANDING_SNAPSHOT)
			continue;
		mistakes_add(checking->mistakes, step->place,
			"the volume cannot grow while snapshot '%s' exists (delete it first)",
			checking->items[i].name);
		return;
	}
}

static void traced_check(
	struct checking *checking, const struct scenario *scenario, const struct step *step)
{
	const char *profile = scenario->profile;

	if (profile && strcmp(profile, "datto") != 0 && strcmp(profile, "actiphy") != 0)
		mistakes_add(checking->mistakes, step->place,
			"profile '%s' sees no file system (try profile: datto)", profile);
}

/* Returns a backup that still runs at STEP, or NULL. */
static const struct standing *running(const struct checking *checking)
{
	for (size_t i = 0; i < checking->count; i++) {
		if (checking->items[i].kind == STANDING_BACKUP)
			return &checking->items[i];
	}
	return NULL;
}

/* Adds a mistake if a backup is running: WHAT cannot be done, or known, then. */
static void running_check(struct checking *checking, const struct step *step, const char *what)
{
	const struct standing *backup = running(checking);

	if (backup)
		mistakes_add(checking->mistakes, step->place,
			"%s while backup '%s' runs (put it after 'await: %s')", what, backup->name,
			backup->name);
}

static void backup_put(struct checking *checking, const struct step *step)
{
	if (step->in_background)
		put(checking, &(struct standing){ .kind = STANDING_BACKUP,
				      .name = step->name,
				      .place = step->place });
	else
		checking->ended_count++;
}

static void backup_drop(struct checking *checking, const struct step *step)
{
	struct standing *item = spoken_of(checking, step, STANDING_BACKUP);

	if (item)
		drop(checking, item);
	checking->ended_count++;
}

static void restore_check(struct checking *checking, const struct step *step)
{
	if (find(checking, STANDING_BACKUP, step->of))
		mistakes_add(checking->mistakes, step->place,
			"backup '%s' still runs (put it after 'await: %s')", step->of, step->of);
}

static void expect_check(struct checking *checking, const struct step *step)
{
	const struct expectation *wish = &step->expectation;
	bool of_backup = wish->verdict != VERDICT_NONE || wish->exit_wish != EXIT_WISH_ANY ||
			 wish->says;

	if (wish->no_leaks)
		running_check(checking, step, "what is left behind is not known");
	if (of_backup && checking->ended_count == 0)
		running_check(checking, step, "nothing is known of a backup");
}

static void mounted_again(struct checking *checking, const struct scenario *scenario)
{
	for (size_t i = checking->count; i-- > 0;) {
		if (checking->items[i].kind == STANDING_RULE ||
			checking->items[i].kind == STANDING_WRITER)
			drop(checking, &checking->items[i]);
	}
	for (size_t i = 0; i < scenario->writers.count; i++)
		writer_put(checking, scenario->writers.texts[i]);
}

static void step_check(
	struct checking *checking, const struct scenario *scenario, const struct step *step)
{
	struct standing *item;

	switch (step->kind) {
	case STEP_FAULT:
		rules_put(checking, &step->faults);
		break;
	case STEP_FAULT_REMOVE:
		item = spoken_of(checking, step, STANDING_RULE);
		if (item)
			drop(checking, item);
		break;
	case STEP_WRITER_ADD:
		writer_put(checking, step->value);
		break;
	case STEP_WRITER_REMOVE:
		item = spoken_of(checking, step, STANDING_WRITER);
		if (item)
			drop(checking, item);
		break;
	case STEP_WRITER_KILL:
		killing_check(checking, step);
		break;
	case STEP_SNAPSHOT:
		if (step->requester_dies && step->fails)
			mistakes_add(checking->mistakes, step->place,
				"snapshot has 'requester' and 'fails' (who would meet %s?)",
				step->fails);
		if (!step->requester_dies && !step->fails)
			snapshot_put(checking, step->name);
		break;
	case STEP_DELETE:
		if (!step->fails)
			snapshot_drop(checking, step->name);
		break;
	case STEP_GROW:
		growth_check(checking, scenario, step);
		break;
	case STEP_FILL:
		if (scenario->disk_bytes == 0)
			mistakes_add(checking->mistakes, step->place,
				"there is no disk to fill (try volume: { ..., disk: 16MiB })");
		break;
	case STEP_FILE_SYSTEM:
		traced_check(checking, scenario, step);
		break;
	case STEP_REMOUNT:
		running_check(checking, step, "the volume cannot be mounted again");
		mounted_again(checking, scenario);
		break;
	case STEP_TARGET:
		running_check(checking, step, "the space for backups cannot change");
		break;
	case STEP_BACKUP:
		backup_put(checking, step);
		break;
	case STEP_AWAIT:
		backup_drop(checking, step);
		break;
	case STEP_RESTORE:
		restore_check(checking, step);
		break;
	case STEP_EXPECT:
		expect_check(checking, step);
		break;
	default:
		break;
	}
}

/* The next backup ends the waiting; the rig must not be remounted before it. */
static void moments_check(const struct phase *phase, struct mistakes *mistakes)
{
	const struct step *remount = NULL;

	for (size_t i = phase->step_count; i > 0; i--) {
		const struct step *step = &phase->steps[i - 1];

		if (step->kind == STEP_REMOUNT)
			remount = step;
		else if (step->kind == STEP_BACKUP)
			remount = NULL;
		else if (step->start.gauge && remount)
			mistakes_add(mistakes, step->place,
				"the moment of '%s' is lost at line %u, where the volume is "
				"mounted again (move it after that step)",
				step->name, remount->place.line);
	}
}

void standing_check(const struct scenario *scenario, struct mistakes *mistakes)
{
	struct checking checking = { .mistakes = mistakes };

	mounted_again(&checking, scenario);
	for (size_t i = 0; i < scenario->phase_count; i++) {
		moments_check(&scenario->phases[i], mistakes);
		for (size_t at = 0; at < scenario->phases[i].step_count; at++)
			step_check(&checking, scenario, &scenario->phases[i].steps[at]);
	}
	for (size_t i = 0; i < checking.count; i++) {
		if (checking.items[i].kind == STANDING_BACKUP)
			mistakes_add(mistakes, checking.items[i].place,
				"backup '%s' is never awaited (add 'await: %s')",
				checking.items[i].name, checking.items[i].name);
	}
	while (checking.count > 0)
		drop(&checking, &checking.items[0]);
	free(checking.items);
}
