/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repeat.h - a list of steps, so many times: single steps are made of it.
 *
 *	repeat: { times: 3, steps: [ snapshot: "s-{n}", backup: { of: "s-{n}", to: "b-{n}" } ] }
 *
 * {n} is 1 the first time, and so on, wherever it stands.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_REPEAT_H
#define SNAPRIG_SCENARIOS_FORMAT_REPEAT_H

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/fields.h"

#define REPEAT_WORD "n"

extern const struct field_table repeat_table;

/* Is NODE the step `repeat`?  *RET_VALUE is what it says, then. */
bool is_repeat(const struct tree_node *node, const struct tree_node **ret_value);

/* Reads NODE, what `repeat` says, and adds its steps to PHASE, each with ADD. */
void repeat_read(struct reading *reading, const struct tree_node *node, struct phase *phase,
	void (*add)(struct reading *reading, const struct tree_node *node, struct phase *phase));

/* Of the step in the table of steps, which nobody asks where it may stand. */
field_reader read_nested_repeat;

#endif
