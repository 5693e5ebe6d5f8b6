/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seek.c - finds data: SEEK_DATA and SEEK_HOLE of the mounted files.
 *
 * A view consists of layers: the image, with data where its file has some, and stores, with
 * data where they have a block. The stores are a snapshot's own or, in a chain, those of the
 * nodes from the view's to its root. A range without data in any layer reads as zeros, and is
 * a hole.
 *
 * Invariants:
 *  (1) A range found is not empty, begins at or after the requested offset and ends within
 *      the volume, whatever the sizes of volume and blocks and whatever a layer answers: so a
 *      caller that continues from its end makes progress.
 *  (2) What cannot be read counts as data: a program that skips holes must get the error, and
 *      not take it for zeros.
 *  (3) A fault keeps (1): the reported range is not empty, and makes progress.
 */
#include "simfs/volume/seek.h"
#include "simfs/base/check.h"
#include "simfs/volume/core.h"
#include "simfs/volume/way.h"

void search_meets(struct search *search, uint64_t first, uint64_t end)
{
	if (first < search->from)
		first = search->from;
	if (first >= end)
		return;
	if (search->end == 0 || first < search->first ||
		(first == search->first && end > search->end)) {
		search->first = first;
		search->end = end;
	}
}

void search_image(struct search *search, struct volume *volume)
{
	struct blockio *origin = volume->origin;
	struct blockio_facts facts;
	uint64_t first, end;

	/* The part cut off is not a hole: reads of it fail. */
	if (origin->ops->look)
		(void)origin->ops->look(origin, &facts);
	if (origin->is_lossy)
		search_meets(search,
			origin->lost_from > search->from ? origin->lost_from : search->from,
			volume_bytes(volume));
	if (!origin->ops->next_data)
		search_meets(search, search->from, volume_bytes(volume));
	else if (origin->ops->next_data(origin, search->from, &first, &end))
		search_meets(search, first, end);
}

void search_meets_blocks(
	struct search *search, uint64_t first, uint64_t count, uint64_t block_bytes)
{
	search_meets(search, first * block_bytes, (first + count) * block_bytes);
}

bool volume_next_data(struct volume *volume, struct snapshot *snapshot, uint64_t from,
	uint64_t *ret_first, uint64_t *ret_end)
{
	struct search search = { .from = from };
	uint64_t bytes = volume_bytes(volume);

	if (from >= bytes)
		return false;
	if (snapshot && !snapshot_is_readable(snapshot))
		search_meets(&search, from, bytes);
	else
		volume->topology->search(volume, snapshot, &search);
	/* The last block may extend beyond the end, and so may an image that is being grown. */
	if (search.end == 0 || search.first >= bytes)
		return false;
	*ret_first = search.first;
	*ret_end = search.end < bytes ? search.end : bytes;
	MUST(*ret_first >= from && *ret_first < *ret_end);
	return true;
}

/* Data are reported as a hole: finds what is left of them from FROM on. */
static bool next_but_hole(struct volume *volume, struct snapshot *snapshot,
	const struct fault_decision *lie, uint64_t from, uint64_t *ret_first, uint64_t *ret_end)
{
	uint64_t first, end;

	if (from >= lie->first && from < lie->end)
		from = lie->end;
	if (!volume_next_data(volume, snapshot, from, &first, &end))
		return false;
	/* Data that begin in LIE's range may continue after it, or others follow; it is a
	 * single range. */
	if (first >= lie->first && first < lie->end &&
		!volume_next_data(volume, snapshot, lie->end, &first, &end))
		return false;
	if (first < lie->first && lie->first < end)
		end = lie->first;
	*ret_first = first;
	*ret_end = end;
	return true;
}

bool volume_next_told(struct volume *volume, struct snapshot *snapshot,
	const struct fault_decision *lie, uint64_t from, uint64_t *ret_first, uint64_t *ret_end)
{
	struct search search = { .from = from };
	uint64_t bytes = volume_bytes(volume);

	if (lie->action == FAULT_HOLE)
		return next_but_hole(volume, snapshot, lie, from, ret_first, ret_end);
	if (lie->action != FAULT_DATA || from >= bytes)
		return volume_next_data(volume, snapshot, from, ret_first, ret_end);
	if (volume_next_data(volume, snapshot, from, ret_first, ret_end))
		search_meets(&search, *ret_first, *ret_end);
	search_meets(&search, lie->first, lie->end < bytes ? lie->end : bytes);
	*ret_first = search.first;
	*ret_end = search.end;
	return search.end > 0;
}
