/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repeat.h - repeats a list of steps by turning it into single steps.
 *
 *	repeat: { times: 3, steps: [ snapshot: "s-{n}", backup: { of: "s-{n}", to: "b-{n}" } ] }
 *
 * {n} is 1 in the first round, 2 in the second, and so on.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_REPEAT_H
#define SNAPRIG_SCENARIOS_FORMAT_REPEAT_H

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/fields.h"

#define REPEAT_WORD "n"

extern const struct field_table repeat_table;

/* Returns whether NODE is the step `repeat`; if so, *RET_VALUE is its value. */
bool is_repeat(const struct tree_node *node, const struct tree_node **ret_value);

/* Reads NODE, the value of `repeat`, and adds its steps to PHASE, each with ADD. */
void repeat_read(struct reading *reading, const struct tree_node *node, struct phase *phase,
	void (*add)(struct reading *reading, const struct tree_node *node, struct phase *phase));

/* The reader of `repeat` in the table of steps, for one in a place where it is not allowed. */
field_reader read_nested_repeat;

#endif
