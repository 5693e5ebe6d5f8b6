/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/sweep.h"
#include "simfs/base/check.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"

struct sweep_point *sweep_point_add(struct sweep_track *track, uint64_t index)
{
	size_t at = track->point_count;

	track->points = heap_grow(track->points, track->point_count, sizeof *track->points);
	track->point_count++;
	while (at > 0 && track->points[at - 1].index > index) {
		track->points[at] = track->points[at - 1];
		at--;
	}
	MUST(index < track->count && (at == 0 || track->points[at - 1].index < index));
	track->points[at] = (struct sweep_point){ .index = index };
	return &track->points[at];
}

bool sweep_has_missed(const struct check_result *result)
{
	return result->fired == 0 && result->code == EXIT_INCONCLUSIVE;
}

bool sweep_agrees(const struct check_result *left, const struct check_result *right)
{
	return strcmp(left->verdict, right->verdict) == 0 &&
	       left->client_exit == right->client_exit &&
	       sweep_has_missed(left) == sweep_has_missed(right);
}

bool sweep_choose(const struct sweep_track *track, uint64_t *ret_index)
{
	uint64_t widest[2] = { 0, 0 }, middle[2] = { 0, 0 };

	if (track->point_count == track->count)
		return false;
	if (track->point_count < 2) {
		*ret_index = track->point_count == 0 ? 0 : track->count - 1;
		return true;
	}
	for (size_t i = 0; i + 1 < track->point_count; i++) {
		const struct sweep_point *left = &track->points[i], *right = left + 1;
		bool agree = sweep_agrees(&left->result, &right->result);
		uint64_t gap = right->index - left->index - 1;

		if (gap > widest[agree]) {
			widest[agree] = gap;
			middle[agree] = left->index + (gap + 1) / 2;
		}
	}
	*ret_index = middle[widest[false] == 0];
	return true;
}
