/* SPDX-License-Identifier: Apache-2.0 */
/* faults.c - the step fault: one rule, or a list of them. */
#include "faults/rule.h"
#include "scenarios/format/failure.h"
#include "scenarios/format/names.h"
#include "scenarios/format/parse.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/base/yaml/values.h"

static void rule_read(struct reading *reading, const struct field *field,
	const struct tree_node *node, struct fault_texts *faults)
{
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule rule;

	if (!is_scalar(reading, field, node, "a rule"))
		return;

	AUTO(auto_free)
	char *text = scenario_reading(reading)->is_failure ? failure_example(node->text)
							   : heap_copy(node->text);

	if (rule_parse(text, &rule, message) < 0) {
		mistakes_add(reading->mistakes, node->place, "%s", message);
		return;
	}
	faults->texts = heap_grow(faults->texts, faults->count, sizeof *faults->texts);
	faults->texts[faults->count++] = heap_copy(node->text);
}

void read_faults(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	if (node->kind != TREE_LIST) {
		rule_read(reading, field, node, target);
		return;
	}
	if (node->entry_count == 0)
		mistakes_add(reading->mistakes, node->place, "'%s' has no rules", field->key);
	for (size_t i = 0; i < node->entry_count; i++)
		rule_read(reading, field, node->entries[i].value, target);
}
