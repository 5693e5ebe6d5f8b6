/* SPDX-License-Identifier: Apache-2.0 */
/* surroundings.c - what a scenario needs of its machine, and the environment of its client. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/parse.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/base/yaml/values.h"

/* Reserved for the words of a command, which are in the environment, too. */
#define OWN_PREFIX "SNAPRIG_"

void read_requires(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	struct scenario *scenario = target;

	if (node->kind == TREE_REFUSED)
		return;
	if (node->kind != TREE_LIST) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' must be a list of programs, not %s (try [ mke2fs, root ])",
			field->key, tree_kind_name(node->kind));
		return;
	}
	if (node->entry_count == 0)
		mistakes_add(reading->mistakes, node->place, "'%s' has no programs", field->key);
	for (size_t i = 0; i < node->entry_count; i++) {
		char *need = NULL;

		read_text(reading, field, node->entries[i].value, &need);
		if (!need)
			continue;
		scenario->needs = heap_grow(
			scenario->needs, scenario->need_count, sizeof *scenario->needs);
		scenario->needs[scenario->need_count++] = need;
	}
}

static bool is_variable(const char *name)
{
	for (const char *at = name; *at; at++) {
		if (*at != '_' && !isalpha((unsigned char)*at) &&
			(at == name || !isdigit((unsigned char)*at)))
			return false;
	}
	return *name != '\0';
}

static bool variable_check(struct reading *reading, const struct tree_node *map, size_t index)
{
	const struct tree_node *key = map->entries[index].key;

	if (key->kind == TREE_REFUSED)
		return false;
	if (!is_variable(key->text))
		mistakes_add(reading->mistakes, key->place,
			"cannot use '%s' as a variable (only letters, digits and '_')", key->text);
	else if (strcmp(key->text, "TMPDIR") == 0 ||
		 strncmp(key->text, OWN_PREFIX, strlen(OWN_PREFIX)) == 0)
		mistakes_add(
			reading->mistakes, key->place, "'%s' is set by the run itself", key->text);
	else if (tree_find(map, key->text) != map->entries[index].value)
		mistakes_add(reading->mistakes, key->place, "duplicate variable '%s'", key->text);
	else
		return true;
	return false;
}

void read_env(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	struct environment_texts *environment = target;

	if (node->kind == TREE_REFUSED)
		return;
	if (node->kind != TREE_MAP) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' must be a map of variables, not %s (try { LANG: C })", field->key,
			tree_kind_name(node->kind));
		return;
	}
	for (size_t i = 0; i < node->entry_count; i++) {
		const struct tree_node *key = node->entries[i].key;
		AUTO(auto_free) char *value = NULL;

		if (!variable_check(reading, node, i))
			continue;

		const struct field variable = { .key = key->text };

		read_text(reading, &variable, node->entries[i].value, &value);
		if (!value)
			continue;
		environment->texts = heap_grow(
			environment->texts, environment->count, sizeof *environment->texts);
		environment->texts[environment->count++] = heap_format("%s=%s", key->text, value);
	}
}
