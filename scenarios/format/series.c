/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/series.h"

#include <stdlib.h>

#include "simfs/base/heap.h"

static struct step *step_add(struct phase *phase, const struct step *step)
{
	phase->steps = heap_grow(phase->steps, phase->step_count, sizeof *phase->steps);
	phase->steps[phase->step_count] = *step;
	return &phase->steps[phase->step_count++];
}

static void part_add(
	struct phase *phase, enum step_kind kind, const struct step *series, unsigned number)
{
	struct step part = { .kind = kind, .place = series->place };

	part.name = heap_format("%s-%u", series->name, number);
	if (kind == STEP_WRITE) {
		part.pattern = PATTERN_RANDOM;
		part.bytes = series->bytes;
		part.per_million = series->per_million;
	}
	step_add(phase, &part);
}

void series_add(struct names *names, struct step *step, struct phase *phase)
{
	bool is_made = step->kind == STEP_SERIES && step->name;
	unsigned count = is_made ? step->count : 0;

	if (is_made)
		names_add_series(names, step->name, step->count, step->place.line);
	else if (step->kind == STEP_DELETE && step->name)
		count = names_series_count(names, step->name);
	if (count == 0) {
		step_add(phase, step);
		return;
	}
	for (unsigned number = 1; number <= count; number++) {
		if (is_made)
			part_add(phase, STEP_WRITE, step, number);
		part_add(phase, is_made ? STEP_SNAPSHOT : STEP_DELETE, step, number);
	}
	step_deinit(step);
}
