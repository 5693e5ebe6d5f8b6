/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - reads and checks all data of a store, and finds the blocks of damaged units. */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/cleanup.h"
#include "simfs/store/read.h"
#include "simfs/store/scan.h"
#include "simfs/store/segment.h"

/* Where a block begins. */
struct place {
	uint64_t unit;
	uint64_t block;
};

/* All blocks of a store by position: created at the first damaged unit. */
struct places {
	struct place *places;
	size_t count;
};

static int by_unit(const void *left, const void *right)
{
	const struct place *one = left, *other = right;

	return (one->unit > other->unit) - (one->unit < other->unit);
}

static int places_make(struct places *places, const struct store *store)
{
	uint64_t first = 0, count = 0;

	places->places = malloc((store->blocks + 1) * sizeof *places->places);
	if (!places->places)
		return -ENOMEM;
	while (store_next_run(store, first + count, &first, &count)) {
		for (uint64_t block = first; block < first + count; block++) {
			if (store_has_data(store, block))
				places->places[places->count++] = (struct place){
					.unit = store_offset(store, block) / STORE_UNIT_BYTES,
					.block = block,
				};
		}
	}
	qsort(places->places, places->count, sizeof *places->places, by_unit);
	return 0;
}

/* Whether UNIT belongs to a block, and to which. */
static bool places_find(
	const struct places *places, const struct store *store, uint64_t unit, uint64_t *ret)
{
	size_t first = 0, end = places->count;

	/* Finds the last one that begins no later. */
	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (places->places[middle].unit <= unit)
			first = middle + 1;
		else
			end = middle;
	}
	if (first == 0 || unit - places->places[first - 1].unit >= store_units_per_block(store))
		return false;
	*ret = places->places[first - 1].block;
	return true;
}

/* 0; -EUCLEAN if the unit is not what was stored; or the read error. */
static int unit_check(struct window *window, uint64_t unit, uint32_t sum)
{
	const void *bytes;
	int error = window_get(
		window, unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES, WINDOW_BYTES, &bytes);

	if (error == 0 && unit_sum(bytes) != sum)
		error = -EUCLEAN;
	return error;
}

int store_verify(struct store *store,
	int (*found)(void *context, const struct store_damage *damage), void *context)
{
	uint64_t end = store->acknowledged_end_unit;
	void *memory = NULL;
	int error = 0, verdict = 0;

	if (posix_memalign(&memory, BLOCKIO_ALIGNMENT_MAX, WINDOW_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) char *owned = memory;
	struct window window = { .io = store->io, .bytes = owned };
	struct places places = { 0 };

	for (uint64_t unit = 1; unit < end && error == 0; unit++) {
		struct store_damage damage = { .offset = unit * STORE_UNIT_BYTES };
		uint32_t sum = sums_get(&store->sums, unit);

		if (sum == SUM_NONE || sum == SUM_UNSETTLED)
			continue;
		damage.error = unit_check(&window, unit, sum);
		if (damage.error == 0)
			continue;
		error = places.places ? 0 : places_make(&places, store);
		/* Sums that no block names have no meaning. */
		if (error < 0 || !places_find(&places, store, unit, &damage.block))
			continue;
		error = found(context, &damage);
		verdict = -EUCLEAN;
	}
	free(places.places);
	return error < 0 ? error : verdict;
}
