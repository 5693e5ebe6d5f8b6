/* SPDX-License-Identifier: Apache-2.0 */
/* expectations.h - the step `expect`. */
#ifndef SNAPRIG_SCENARIOS_FORMAT_EXPECTATIONS_H
#define SNAPRIG_SCENARIOS_FORMAT_EXPECTATIONS_H

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/fields.h"

/* The keys of the step, which fill a struct expectation. */
extern const struct field_table expect_table;

/* Adds those mistakes of WISH, read from NODE, that no single value shows. */
void expectation_check(
	struct reading *reading, const struct tree_node *node, const struct expectation *wish);

#endif
