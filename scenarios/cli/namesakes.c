/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/namesakes.h"

#include <string.h>

static void namesake_add(const struct named_scenario *one, const struct named_scenario *other)
{
	if (strcmp(one->path, other->path) == 0)
		mistakes_add(one->mistakes, one->place, "scenario '%s' is given twice", one->name);
	else
		mistakes_add(one->mistakes, one->place,
			"scenario '%s' is also at %s:%u:%u (give each a name of its own)",
			one->name, other->path, other->place.line, other->place.column);
	mistakes_sort(one->mistakes);
}

void namesakes_find(const struct named_scenario *scenarios, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t other = 0; other < count && scenarios[i].name; other++) {
			if (other == i || !scenarios[other].name ||
				strcmp(scenarios[i].name, scenarios[other].name) != 0)
				continue;
			namesake_add(&scenarios[i], &scenarios[other]);
			break;
		}
	}
}
