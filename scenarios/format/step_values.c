/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/step_values.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/format/names.h"
#include "scenarios/format/parse.h"
#include "scenarios/format/wishes.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/base/yaml/values.h"

/* Exit codes are bytes, but scenarios may state a code like -314 as the program's author does. */
#define EXIT_NUMBER_MAX 65535

void read_exit(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	struct expectation *wish = target;
	uint64_t number;

	if (!is_scalar(reading, field, node, "zero, nonzero or a number"))
		return;
	if (strcmp(node->text, "zero") == 0) {
		wish->exit_wish = EXIT_WISH_ZERO;
		return;
	}
	if (strcmp(node->text, "nonzero") == 0) {
		wish->exit_wish = EXIT_WISH_NONZERO;
		return;
	}

	bool is_negative = node->text[0] == '-';

	if (node->quoted || number_parse(node->text + is_negative, &number) < 0 ||
		number > EXIT_NUMBER_MAX) {
		mistakes_add(reading->mistakes, node->place,
			"cannot read exit '%s' (try zero, nonzero or 1)", node->text);
		return;
	}
	wish->exit_wish = EXIT_WISH_NUMBER;
	wish->exit_number = is_negative ? -(int)number : (int)number;
}

void read_error(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	if (!is_scalar(reading, field, node, "the name of an error"))
		return;
	if (error_from_name(node->text) == 0)
		mistakes_add(
			reading->mistakes, node->place, "unknown error '%s' (try EIO)", node->text);
	else
		*(char **)target = heap_copy(node->text);
}

void read_write_bytes(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct step *step = target;

	if (!scenario_reading(reading)->is_failure || node->kind != TREE_SCALAR ||
		share_parse(node->text, &step->per_million) < 0)
		read_size(reading, field, node, &step->bytes);
	else if (step->per_million == 0 || step->per_million > 1000000)
		mistakes_add(reading->mistakes, node->place,
			"'%s' is not a share of a volume (try 25%%)", node->text);
}

void read_target(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	if (node->kind != TREE_SCALAR || strcmp(node->text, "none") != 0)
		read_write_bytes(reading, field, node, target);
}

void read_fill(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	uint64_t *bytes = target;

	if (node->kind == TREE_SCALAR && strcmp(node->text, "all") == 0)
		*bytes = STEP_FILL_ALL;
	else if (node->kind != TREE_SCALAR || strcmp(node->text, "none") != 0)
		read_size(reading, field, node, bytes);
}

void read_given(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	char **of = target;

	/* A step with `takes`, too, is a mistake that is reported later. */
	free(*of);
	*of = NULL;
	read_snapshot(reading, field, node, of);
}

void read_takes(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	struct step *step = target;

	step->takes = true;
	free(step->of);
	step->of = NULL;
	read_taken_snapshot(reading, field, node, &step->of);
}

void read_wait(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	struct step *step = target;

	if (node->kind != TREE_MAP && (node->kind != TREE_SCALAR || !strpbrk(node->text, "<>="))) {
		read_duration(reading, field, node, &step->wait_ns);
		return;
	}
	if (node->kind == TREE_SCALAR)
		read_gauge_wish(reading, field, node, &step->expectation.gauge);
	else if (node->entry_count == 0)
		mistakes_add(reading->mistakes, node->place,
			"wait waits for nothing (try 60s or \"read.progress>=50%%\")");
	else
		fields_read(reading, field->table, node, step);
}

void read_snapshot_step(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct step *step = target;

	if (node->kind == TREE_MAP)
		fields_read(reading, field->table, node, step);
	else
		read_new_snapshot(reading, field, node, &step->name);
}

void read_delete(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	struct step *step = target;

	if (node->kind == TREE_MAP)
		fields_read(reading, field->table, node, step);
	else
		read_deleted_snapshot(reading, field, node, &step->name);
}

void read_failure_step(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct step *step = target;

	if (node->kind == TREE_MAP)
		fields_read(reading, field->table, node, step);
	else
		read_text(reading, field, node, &step->name);
}
