/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/wishes.h"

#include <stdlib.h>
#include <string.h>

#include "faults/rule.h"
#include "scenarios/format/names.h"
#include "scenarios/format/scenario.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"
#include "simfs/base/suggest.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/base/yaml/values.h"

#define TIMES_MAX 1000000000u

/* Those of the rig, in its order; tests compare both tables with the rig's. */
static const char *const counters[] = { "live_reads", "live_read_bytes", "live_writes",
	"live_written_bytes", "live_discards", "live_discarded_bytes", "live_flushes",
	"blocks_preserved", "snapshot_reads", "snapshot_read_bytes", "snapshot_writes",
	"snapshot_written_bytes", "snapshot_read_errors", "snapshot_read_retries" };

static const char *const events[] = { "mounted", "volume.grown", "image.changed",
	"snapshot.created", "snapshot.refused", "snapshot.failed", "snapshot.deleted",
	"snapshot.detached", "snapshot.attached", "snapshot.renamed", "snapshot.limited",
	"store.damaged", "gauge.set", "gauge.released", "gauge.source", "hold.reached",
	"fault.added", "fault.removed", "fault.fired", "writers.begun", "writers.frozen",
	"writers.thawed", "writers.aborted", "set.died", "set.ended", "writer.failed", "door.note",
	"phase", "journal.dropped" };

#define COUNTERS (sizeof counters / sizeof counters[0])
#define EVENTS	 (sizeof events / sizeof events[0])

const char *counter_word(size_t index)
{
	return index < COUNTERS ? counters[index] : NULL;
}

const char *event_word(size_t index)
{
	return index < EVENTS ? events[index] : NULL;
}

static const char *const relations[] = {
	[RELATION_AT_LEAST] = ">=",
	[RELATION_AT_MOST] = "<=",
	[RELATION_ABOVE] = ">",
	[RELATION_BELOW] = "<",
	[RELATION_EQUAL] = "=",
};

const char *relation_text(unsigned relation)
{
	MUST(relation < sizeof relations / sizeof relations[0]);
	return relations[relation];
}

/* Returns a copy of the text from START to END without the blanks around it. */
static char *trimmed(const char *start, const char *end)
{
	while (start < end && *start == ' ')
		start++;
	while (end > start && end[-1] == ' ')
		end--;
	return heap_format("%.*s", (int)(end - start), start);
}

/* Splits TEXT at its relation; the caller frees what was read, even if there is no relation. */
static bool wish_split(const char *text, struct measure_wish *ret)
{
	size_t length = strcspn(text, "<>=");

	for (unsigned i = 0; i < sizeof relations / sizeof relations[0]; i++) {
		size_t relation_length = strlen(relations[i]);
		const char *value = text + length + relation_length;

		if (strncmp(text + length, relations[i], relation_length) != 0)
			continue;
		ret->relation = (enum relation)i;
		ret->name = trimmed(text, text + length);
		ret->value = trimmed(value, value + strlen(value));
		return true;
	}
	return false;
}

static void wish_deinit(struct measure_wish *wish)
{
	free(wish->name);
	free(wish->value);
}

/* Returns whether NAME is one of WORDS; if not, adds the mistake that there is no such WHAT. */
static bool is_word(struct reading *reading, const struct tree_node *node, const char *name,
	const char *what, const char *const *words, size_t count)
{
	char *text = heap_copy(name);
	const struct tree_node named = { .kind = TREE_SCALAR, .place = node->place, .text = text };
	bool is_known = false;

	for (size_t i = 0; i < count && !is_known; i++)
		is_known = strcmp(name, words[i]) == 0;
	if (!is_known)
		unknown_add(reading, &named, what, NULL, words, count);
	free(text);
	return is_known;
}

void read_gauge_wish(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	AUTO(wish_deinit) struct measure_wish wish = { 0 };
	const char *words[32], *hint;
	size_t count = 0;

	if (!is_scalar(reading, field, node, "a gauge and its value"))
		return;
	if (!wish_split(node->text, &wish)) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' is not a gauge and its value (try \"chain.depth>=29\")", node->text);
		return;
	}
	while (gauge_word(count) && count < sizeof words / sizeof words[0]) {
		words[count] = gauge_word(count);
		count++;
	}
	if (!is_word(reading, node, wish.name, "gauge", words, count))
		return;
	hint = gauge_value_hint(wish.name, wish.value);
	if (hint) {
		mistakes_add(reading->mistakes, node->place, "'%s' cannot be '%s' (try %s)",
			wish.name, wish.value, hint);
		return;
	}
	*(struct measure_wish *)target = wish;
	wish = (struct measure_wish){ 0 };
}

void read_counter_wish(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	AUTO(wish_deinit) struct measure_wish wish = { 0 };
	uint64_t number;

	if (!is_scalar(reading, field, node, "a counter and its value"))
		return;
	if (!wish_split(node->text, &wish)) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' is not a counter and its value (try \"live_writes>=1\")", node->text);
		return;
	}
	if (!is_word(reading, node, wish.name, "counter", counters, COUNTERS))
		return;
	if (size_parse(wish.value, &number) < 0) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' cannot be '%s' (try 29 or 64KiB)", wish.name, wish.value);
		return;
	}
	*(struct measure_wish *)target = wish;
	wish = (struct measure_wish){ 0 };
}

void read_elapsed_wish(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	AUTO(wish_deinit) struct measure_wish wish = { 0 };
	uint64_t ns;

	if (!is_scalar(reading, field, node, "a time"))
		return;
	if (!wish_split(node->text, &wish) || *wish.name || duration_parse(wish.value, &ns) < 0) {
		mistakes_add(reading->mistakes, node->place,
			"cannot read time '%s' (try \"<=30s\")", node->text);
		return;
	}
	*(struct measure_wish *)target = wish;
	wish = (struct measure_wish){ 0 };
}

/* ---- the journal ---- */

static void read_event(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	if (is_scalar(reading, field, node, "an event") &&
		is_word(reading, node, node->text, "event", events, EVENTS))
		*(char **)target = heap_copy(node->text);
}

static void unknown_point(struct reading *reading, const struct tree_node *node)
{
	const char *names[FAULT_POINTS];
	char hint[SUGGEST_HINT_BYTES];

	for (size_t i = 0; i < FAULT_POINTS; i++)
		names[i] = fault_point_at(i)->name;
	mistakes_add(reading->mistakes, node->place, "unknown point '%s' (%s)", node->text,
		suggest_hint(node->text, names, FAULT_POINTS, "see 'snaprig list points'", hint));
}

static void read_point(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	enum fault_point point;

	if (!is_scalar(reading, field, node, "a point"))
		return;
	if (fault_point_find(node->text, &point) < 0)
		unknown_point(reading, node);
	else
		*(char **)target = heap_copy(node->text);
}

/* "3", or "<=3". */
static void read_times(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	AUTO(wish_deinit) struct measure_wish wish = { 0 };
	struct event_wish *event = target;
	uint64_t number;

	if (!is_scalar(reading, field, node, "a number"))
		return;
	if (!wish_split(node->text, &wish)) {
		wish.relation = RELATION_EQUAL;
		wish.name = heap_copy("");
		wish.value = heap_copy(node->text);
	}
	if (*wish.name || number_parse(wish.value, &number) < 0 || number > TIMES_MAX) {
		mistakes_add(reading->mistakes, node->place,
			"cannot read number '%s' (try 3 or \">=1\")", node->text);
		return;
	}
	event->relation = wish.relation;
	event->times = number;
}

#define AT(member) .offset = offsetof(struct event_wish, member)

static const struct field journal_fields[] = {
	{ "event", read_event, AT(event), .required = true },
	{ "rule", read_text, AT(rule) },
	{ "point", read_point, AT(point) },
	{ "snapshot", read_past_snapshot, AT(snapshot) },
	{ "writer", read_text, AT(writer) },
	{ "times", read_times, .offset = 0 },
};
const struct field_table journal_table = FIELD_TABLE("journal", journal_fields);

void read_journal_wish(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct event_wish *wish = target;

	/* By default, the event must have happened at least once. */
	wish->relation = RELATION_AT_LEAST;
	wish->times = 1;
	fields_read(reading, field->table, node, wish);
}
