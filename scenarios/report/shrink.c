/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "simfs/base/heap.h"

/* Copies the present state to KEPT, then leaves out up to MOST remaining items from *AT on.
 * Returns how many. */
static size_t leave_out(struct shrink *shrink, size_t *at, size_t most, bool *kept)
{
	size_t count = 0;

	memcpy(kept, shrink->is_left_out, shrink->count * sizeof *kept);
	for (; *at < shrink->count && count < most; (*at)++) {
		count += !shrink->is_left_out[*at];
		shrink->is_left_out[*at] = true;
	}
	return count;
}

/* Tries to leave out each group of MOST items in turn.  Returns whether any could be left out. */
static bool round_run(struct shrink *shrink, size_t most, bool *kept)
{
	bool found = false;
	size_t at = 0;

	while (leave_out(shrink, &at, most, kept) > 0) {
		if (shrink->still_does(shrink))
			found = true;
		else
			memcpy(shrink->is_left_out, kept, shrink->count * sizeof *kept);
	}
	return found;
}

static size_t count_left(const struct shrink *shrink)
{
	size_t left = 0;

	for (size_t i = 0; i < shrink->count; i++)
		left += !shrink->is_left_out[i];
	return left;
}

void shrink_run(struct shrink *shrink)
{
	bool *kept = heap_new(shrink->count * sizeof *kept + 1);
	size_t most = count_left(shrink);

	/* An item may become removable only after another was removed, so single items are tried
	 * again. */
	while (most > 0) {
		bool found = round_run(shrink, most, kept);
		size_t left = count_left(shrink);

		if (most == 1 && !found)
			break;
		/* At most half of what is left: all of it was tried already. */
		most = (most + 1) / 2 < (left + 1) / 2 ? (most + 1) / 2 : (left + 1) / 2;
	}
	free(kept);
}
