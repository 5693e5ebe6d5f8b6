/* SPDX-License-Identifier: Apache-2.0 */
/* mistakes_gather.c - reports a mistake of several subjects in one file only once. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/mistakes.h"

static bool is_same(const struct mistake *one, const struct mistake *other)
{
	return one->place.line == other->place.line && one->place.column == other->place.column &&
	       strcmp(one->text, other->text) == 0;
}

static bool has(const struct mistakes *mistakes, const struct mistake *mistake)
{
	for (size_t i = 0; i < mistakes->count; i++) {
		if (is_same(&mistakes->items[i], mistake))
			return true;
	}
	return false;
}

/* Adds MISTAKE, which subject FIRST of COUNT has and none before it. */
static void mistake_gather(struct mistakes *mistakes, const struct mistake *mistake,
	const struct mistakes *subjects, char *const *names, size_t count, size_t first)
{
	AUTO(auto_free) char *more = NULL;
	size_t others = 0;

	for (size_t i = first + 1; i < count; i++)
		others += has(&subjects[i], mistake);
	if (others + 1 == count) {
		mistakes_add(mistakes, mistake->place, "%s", mistake->text);
		return;
	}
	more = others > 0 ? heap_format(" and %zu more", others) : heap_copy("");
	mistakes_add(mistakes, mistake->place, "in '%s'%s: %s", names[first], more, mistake->text);
}

void mistakes_gather(struct mistakes *mistakes, const struct mistakes *subjects, char *const *names,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t at = 0; at < subjects[i].count; at++) {
			const struct mistake *mistake = &subjects[i].items[at];
			/* Nobody reads more, and comparing all with all would take long. */
			bool is_told = mistakes->count == MISTAKES_MAX;

			mistakes->dropped_count += is_told;
			for (size_t before = 0; before < i && !is_told; before++)
				is_told = has(&subjects[before], mistake);
			if (!is_told)
				mistake_gather(mistakes, mistake, subjects, names, count, i);
		}
		mistakes->dropped_count += subjects[i].dropped_count;
	}
	mistakes_sort(mistakes);
}
