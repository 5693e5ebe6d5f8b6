/* SPDX-License-Identifier: Apache-2.0 */
/*
 * namesakes.h - scenarios with the same name; reports and records could keep only one of them.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_NAMESAKES_H
#define SNAPRIG_SCENARIOS_CLI_NAMESAKES_H

#include <stddef.h>

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/mistakes.h"

/* Where a scenario gets its name; owns nothing. */
struct named_scenario {
	const char *name; /* NULL: it has none, and is skipped */
	const char *path;
	struct place place;
	struct mistakes *mistakes; /* of its file */
};

/* If two or more share a name, adds to each the mistake of where another has it. */
void namesakes_find(const struct named_scenario *scenarios, size_t count);

#endif
