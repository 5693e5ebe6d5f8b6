/* SPDX-License-Identifier: Apache-2.0 */
/* writers.c - the writers of a scenario, one line each. */
#include "scenarios/format/parse.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/base/yaml/values.h"
#include "simfs/volume/writers/spec.h"

void read_writer(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	char message[WRITER_MESSAGE_BYTES];
	struct writer_spec writer;

	if (!is_scalar(reading, field, node, "a writer"))
		return;
	if (writer_spec_parse(node->text, &writer, message) < 0)
		mistakes_add(reading->mistakes, node->place, "%s", message);
	else
		*(char **)target = heap_copy(node->text);
}

static void writer_add(struct reading *reading, const struct field *field,
	const struct tree_node *node, struct writer_texts *writers)
{
	char *text = NULL;

	if (!is_scalar(reading, field, node, "a list of writers"))
		return;
	read_writer(reading, field, node, &text);
	if (!text)
		return;
	writers->texts = heap_grow(writers->texts, writers->count, sizeof *writers->texts);
	writers->texts[writers->count++] = text;
}

void read_writers(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	if (node->kind == TREE_REFUSED)
		return;
	if (node->kind != TREE_LIST) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' must be a list of writers, not %s (try [ simulated name=db ])",
			field->key, tree_kind_name(node->kind));
		return;
	}
	if (node->entry_count == 0)
		mistakes_add(reading->mistakes, node->place, "'%s' has no writers", field->key);
	if (node->entry_count > SCENARIO_WRITERS_MAX) {
		mistakes_add(reading->mistakes, node->entries[SCENARIO_WRITERS_MAX].value->place,
			"'%s' has more than %d writers", field->key, SCENARIO_WRITERS_MAX);
		return;
	}
	for (size_t i = 0; i < node->entry_count; i++)
		writer_add(reading, field, node->entries[i].value, target);
}
