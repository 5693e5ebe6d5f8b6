/* SPDX-License-Identifier: Apache-2.0 */
/*
 * namesakes.h - scenarios of one name, of which reports and records could keep only one.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_NAMESAKES_H
#define SNAPRIG_SCENARIOS_CLI_NAMESAKES_H

#include <stddef.h>

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/mistakes.h"

/* Where a scenario has its name; nothing in it is owned. */
struct named_scenario {
	const char *name; /* NULL: it has none, and is passed over */
	const char *path;
	struct place place;
	struct mistakes *mistakes; /* of its file */
};

/* Adds to each of two or more that have one name where another has it. */
void namesakes_find(const struct named_scenario *scenarios, size_t count);

#endif
