/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/repeat.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/format/parse.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/values.h"

#define KEY	    "repeat"
#define WORD_NUMBER "{" REPEAT_WORD "}"

struct repeat {
	uint32_t times;
	const struct tree_node *steps; /* a list; NULL after a mistake */
};

static void read_list(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	const struct tree_node **list = target;

	if (node->kind == TREE_REFUSED)
		return;
	if (node->kind != TREE_LIST)
		mistakes_add(reading->mistakes, node->place,
			"'%s' must be a list of steps, not %s (begin each with '- ')", field->key,
			tree_kind_name(node->kind));
	else if (node->entry_count == 0)
		mistakes_add(reading->mistakes, node->place, "'%s' has no steps", field->key);
	else
		*list = node;
}

static const struct field repeat_fields[] = {
	{ "times", read_number_32, .offset = offsetof(struct repeat, times), .required = true,
		.min = 1, .max = STEPS_MAX },
	{ "steps", read_list, .offset = offsetof(struct repeat, steps), .required = true },
};
const struct field_table repeat_table = FIELD_TABLE(KEY, repeat_fields);

bool is_repeat(const struct tree_node *node, const struct tree_node **ret_value)
{
	*ret_value = node->entry_count == 1 ? tree_find(node, KEY) : NULL;
	return *ret_value != NULL;
}

void read_nested_repeat(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	(void)target;
	mistakes_add(
		reading->mistakes, node->place, "a '%s' cannot be repeated itself", field->key);
}

/* Returns TEXT with NUMBER for each word.  The caller frees it. */
static char *text_bind(const char *text, const char *number)
{
	char *bound = heap_copy(text);

	for (char *at = strstr(bound, WORD_NUMBER); at; at = strstr(bound, WORD_NUMBER)) {
		AUTO(auto_free) char *before = bound;

		bound = heap_format(
			"%.*s%s%s", (int)(at - before), before, number, at + strlen(WORD_NUMBER));
	}
	return bound;
}

/* Returns a copy of NODE with NUMBER for each word; NULL for NULL. */
static struct tree_node *tree_bind(const struct tree_node *node, const char *number)
{
	struct tree_node *bound;

	if (!node)
		return NULL;
	bound = heap_new(sizeof *bound);
	*bound = *node;
	bound->text = node->text ? text_bind(node->text, number) : NULL;
	bound->entries = heap_new((node->entry_count + 1) * sizeof *bound->entries);
	for (size_t i = 0; i < node->entry_count; i++) {
		bound->entries[i].key = tree_bind(node->entries[i].key, number);
		bound->entries[i].value = tree_bind(node->entries[i].value, number);
	}
	return bound;
}

void repeat_read(struct reading *reading, const struct tree_node *node, struct phase *phase,
	void (*add)(struct reading *reading, const struct tree_node *node, struct phase *phase))
{
	struct repeat repeat = { 0 };
	size_t mistakes_before = reading->mistakes->count;

	fields_read(reading, &repeat_table, node, &repeat);
	/* A mistake in the first round would be in every round: it is reported once. */
	for (uint32_t n = 1;
		n <= repeat.times && repeat.steps && reading->mistakes->count == mistakes_before;
		n++) {
		AUTO(auto_free) char *number = heap_format("%u", n);
		struct tree_node *bound = tree_bind(repeat.steps, number);

		for (size_t i = 0; i < bound->entry_count; i++)
			add(reading, bound->entries[i].value, phase);
		yaml_tree_destroy(bound);
		if (phase->step_count > STEPS_MAX)
			mistakes_add(reading->mistakes, node->place, "these are more than %d steps",
				STEPS_MAX);
	}
}
