/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/names.h"
#include "scenarios/format/scenario.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"
#include "simfs/base/yaml/values.h"

enum unit { UNIT_SHARE, UNIT_BYTES, UNIT_NUMBER, UNIT_TIME };

/* The rig's gauges; a test compares this table with the rig's own. */
static const struct gauge_word {
	const char *name;
	enum unit unit;
} gauges[] = {
	{ "store.used", UNIT_SHARE },
	{ "store.bytes", UNIT_BYTES },
	{ "memory.used", UNIT_SHARE },
	{ "read.progress", UNIT_SHARE },
	{ "read.offset", UNIT_SHARE },
	{ "snapshot.count", UNIT_NUMBER },
	{ "snapshot.age", UNIT_TIME },
	{ "live.written", UNIT_BYTES },
	{ "ops", UNIT_NUMBER },
	{ "chain.depth", UNIT_NUMBER },
	{ "chain.coalescable", UNIT_NUMBER },
};

static const char *const unit_hints[] = {
	[UNIT_SHARE] = "25%",
	[UNIT_BYTES] = "64MiB",
	[UNIT_NUMBER] = "29",
	[UNIT_TIME] = "60s",
};

#define GAUGE_WORDS (sizeof gauges / sizeof gauges[0])

const char *gauge_word(size_t index)
{
	return index < GAUGE_WORDS ? gauges[index].name : NULL;
}

static bool value_fits(enum unit unit, const char *value)
{
	uint32_t per_million;
	uint64_t number;

	switch (unit) {
	case UNIT_SHARE:
		return share_parse(value, &per_million) == 0 && per_million <= 1000000;
	case UNIT_BYTES:
		return size_parse(value, &number) == 0;
	case UNIT_TIME:
		return duration_parse(value, &number) == 0;
	case UNIT_NUMBER:
		return number_parse(value, &number) == 0;
	}
	return false;
}

static const struct gauge_word *word_find(const char *gauge)
{
	for (size_t i = 0; i < GAUGE_WORDS; i++) {
		if (strcmp(gauges[i].name, gauge) == 0)
			return &gauges[i];
	}
	return NULL;
}

const char *gauge_value_hint(const char *gauge, const char *value)
{
	const struct gauge_word *word = word_find(gauge);

	MUST(word);
	return value_fits(word->unit, value) ? NULL : unit_hints[word->unit];
}

bool gauge_is_time(const char *gauge)
{
	const struct gauge_word *word = word_find(gauge);

	return word && word->unit == UNIT_TIME;
}

/* Returns the gauge that the text of NODE names, or NULL after adding the mistake. */
static const struct gauge_word *word_read(struct reading *reading, const struct tree_node *node)
{
	const struct gauge_word *found = word_find(node->text);
	const char *words[GAUGE_WORDS];

	if (found)
		return found;
	for (size_t i = 0; i < GAUGE_WORDS; i++)
		words[i] = gauges[i].name;
	unknown_add(reading, node, "gauge", NULL, words, GAUGE_WORDS);
	return NULL;
}

void read_gauge(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	if (is_scalar(reading, field, node, "a gauge's name") && word_read(reading, node))
		*(char **)target = heap_copy(node->text);
}

void read_gauge_value(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	if (is_scalar(reading, field, node, "a gauge's value"))
		*(char **)target = heap_copy(node->text);
}

/* Returns a copy of the text from START to END without the blanks around it. */
static char *trimmed(const char *start, const char *end)
{
	while (start < end && *start == ' ')
		start++;
	while (end > start && end[-1] == ' ')
		end--;

	char *text = heap_new((size_t)(end - start) + 1);

	memcpy(text, start, (size_t)(end - start));
	return text;
}

void read_condition(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct start_condition *condition = target;

	if (!is_scalar(reading, field, node, "a moment"))
		return;
	if (scenario_reading(reading)->is_failure && strcmp(node->text, "{at}") == 0) {
		condition->gauge = heap_copy(node->text);
		return;
	}

	const char *relation = strstr(node->text, ">=");

	if (!relation) {
		mistakes_add(reading->mistakes, node->place,
			"cannot read moment '%s' (try \"read.progress>=25%%\")", node->text);
		return;
	}

	AUTO(auto_free) char *gauge = trimmed(node->text, relation);
	AUTO(auto_free) char *at_least = trimmed(relation + 2, relation + strlen(relation));
	struct tree_node name = { .kind = TREE_SCALAR, .place = node->place, .text = gauge };

	if (!word_read(reading, &name))
		return;

	const char *hint = gauge_value_hint(gauge, at_least);

	if (hint) {
		mistakes_add(reading->mistakes, node->place, "'%s' cannot reach '%s' (try %s)",
			gauge, at_least, hint);
		return;
	}
	condition->gauge = TAKE_PTR(gauge);
	condition->at_least = TAKE_PTR(at_least);
}
