/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/yaml/fields.h"

#include <stdio.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/suggest.h"

#define WORDS_MAX 40

/* Writes "a, b, c" to BUFFER. */
static const char *words_join(const char *const *words, size_t count, char *buffer, size_t length)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < count && used < length; i++)
		used += (size_t)snprintf(
			buffer + used, length - used, "%s%s", i > 0 ? ", " : "", words[i]);
	return buffer;
}

void unknown_add(struct reading *reading, const struct tree_node *node, const char *what,
	const char *of_key, const char *const *words, size_t word_count)
{
	const char *near = suggest_near(node->text, words, word_count);
	char where[96] = "";
	char joined[512];

	if (of_key)
		snprintf(where, sizeof where, " for '%s'", of_key);
	if (near)
		mistakes_add(reading->mistakes, node->place,
			"unknown %s '%s'%s (did you mean '%s'?)", what, node->text, where, near);
	else
		mistakes_add(reading->mistakes, node->place, "unknown %s '%s'%s (known: %s)", what,
			node->text, where, words_join(words, word_count, joined, sizeof joined));
}

bool is_scalar(struct reading *reading, const struct field *field, const struct tree_node *node,
	const char *what)
{
	if (node->kind == TREE_SCALAR)
		return true;
	if (node->kind != TREE_REFUSED)
		mistakes_add(reading->mistakes, node->place, "'%s' must be %s, not %s", field->key,
			what, tree_kind_name(node->kind));
	return false;
}

static bool is_map(
	struct reading *reading, const struct field_table *table, const struct tree_node *node)
{
	if (node->kind == TREE_MAP)
		return true;
	if (node->kind != TREE_REFUSED)
		mistakes_add(reading->mistakes, node->place, "%s must be a map, not %s",
			table->name, tree_kind_name(node->kind));
	return false;
}

/* The field named by KEY, or NULL after adding the mistake. */
static const struct field *field_find(
	struct reading *reading, const struct field_table *table, const struct tree_node *key)
{
	const char *words[WORDS_MAX];

	if (key->kind == TREE_REFUSED)
		return NULL;
	MUST(table->count <= WORDS_MAX);
	for (size_t i = 0; i < table->count; i++) {
		words[i] = table->fields[i].key;
		if (strcmp(key->text, words[i]) == 0)
			return &table->fields[i];
	}
	unknown_add(reading, key, "key", NULL, words, table->count);
	return NULL;
}

void fields_read(struct reading *reading, const struct field_table *table,
	const struct tree_node *node, void *object)
{
	const struct tree_node *seen[WORDS_MAX] = { NULL };

	if (!is_map(reading, table, node))
		return;
	for (size_t i = 0; i < node->entry_count; i++) {
		const struct tree_node *key = node->entries[i].key;
		const struct field *field = field_find(reading, table, key);

		if (!field)
			continue;

		size_t row = (size_t)(field - table->fields);

		if (seen[row]) {
			mistakes_add(reading->mistakes, key->place,
				"duplicate key '%s' (the first is at line %u)", field->key,
				seen[row]->place.line);
			continue;
		}
		seen[row] = key;
		field->read(reading, field, node->entries[i].value, (char *)object + field->offset);
	}
	for (size_t row = 0; row < table->count; row++) {
		if (table->fields[row].required && !seen[row])
			mistakes_add(reading->mistakes, node->place, "missing key '%s' in %s",
				table->fields[row].key, table->name);
	}
}

const struct tree_entry *single_field(struct reading *reading, const struct field_table *table,
	const struct tree_node *node, const struct field **ret_field)
{
	if (!is_map(reading, table, node))
		return NULL;
	if (node->entry_count != 1) {
		mistakes_add(reading->mistakes, node->place,
			"%s must have exactly one key, not %zu (check the indentation)",
			table->name, node->entry_count);
		return NULL;
	}

	const struct field *field = field_find(reading, table, node->entries[0].key);

	if (!field)
		return NULL;
	*ret_field = field;
	return &node->entries[0];
}
