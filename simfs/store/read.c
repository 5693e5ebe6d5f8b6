/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.c - reads that are checked, one by one or all of a store.
 *
 *   store_read() ─▶ UNDER WAY ─▶ checks ────────────────────────────────▶ done
 *                      ▲            │ does not, and a write in place met it │
 *                      └────────────┘                                       │
 *                                   │ does not, and none did                │
 *                                   └───────────────────────────▶ damaged ──┘
 *
 * A read that a write in place met may have seen a part of it; it is done again,
 * and ends with the last write that meets it.
 */
#include "simfs/store/read.h"

#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/store/scan.h"

static uint64_t first_unit(const struct store_read *read)
{
	return read->offset / STORE_UNIT_BYTES;
}

static uint64_t end_unit(const struct store_read *read)
{
	return (read->offset + read->length) / STORE_UNIT_BYTES;
}

static void read_done(struct blockio_request *io, int result);

static void read_start(struct store_read *read)
{
	read->is_raced = rewrites_meet(read->store, first_unit(read), end_unit(read));
	list_append(&read->store->reads, &read->link);
	read->io.done = read_done;
	blockio_start(
		read->store->io, &read->io, BLOCKIO_READ, read->offset, read->bytes, read->length);
}

/* The first unit of READ that is not what it has to be, or its end. */
static uint64_t read_check(const struct store_read *read)
{
	const char *bytes = read->bytes;
	uint64_t unit = first_unit(read), end = end_unit(read);

	while (unit < end && rewrites_sum_checks(read->store, unit, unit_sum(bytes))) {
		bytes += STORE_UNIT_BYTES;
		unit++;
	}
	return unit;
}

static void read_done(struct blockio_request *io, int result)
{
	struct store_read *read = CONTAINER_OF(io, struct store_read, io);
	uint64_t unit;

	list_remove(&read->link);
	if (result == 0) {
		unit = read_check(read);
		if (unit < end_unit(read) && read->is_raced) {
			read_start(read);
			return;
		}
		read->damage_offset = unit * STORE_UNIT_BYTES;
		result = unit < end_unit(read) ? -EUCLEAN : 0;
	}
	read->done(read, result);
}

void store_read(
	struct store *store, struct store_read *read, uint64_t offset, void *bytes, size_t length)
{
	MUST((offset | length) % STORE_UNIT_BYTES == 0 && length > 0);
	read->store = store;
	read->offset = offset;
	read->bytes = bytes;
	read->length = length;
	list_init(&read->link);
	read_start(read);
}

void reads_race(struct store *store, uint64_t first, uint64_t end)
{
	list_for_each (at, &store->reads) {
		struct store_read *read = CONTAINER_OF(at, struct store_read, link);

		if (first_unit(read) < end && first < end_unit(read))
			read->is_raced = true;
	}
}

/* ---- all of a store ---- */

/* The block that lies at OFFSET; slow, for what is found damaged. */
static uint64_t block_at(const struct store *store, uint64_t offset)
{
	uint64_t first = 0, count = 0;

	while (store_next_run(store, first + count, &first, &count)) {
		for (uint64_t block = first; block < first + count; block++) {
			uint64_t begin = store_offset(store, block);

			if (begin > STORE_CHANGED && begin <= offset &&
				offset < begin + store->facts.block_bytes)
				return block;
		}
	}
	return store->map.block_count;
}

int store_verify(struct store *store, void (*found)(void *context, uint64_t offset, uint64_t block),
	void *context)
{
	uint64_t end = store->acknowledged_end_unit;
	void *memory = NULL;
	int error = 0, verdict = 0;

	if (posix_memalign(&memory, BLOCKIO_ALIGNMENT_MAX, WINDOW_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) char *owned = memory;
	struct window window = { .io = store->io, .bytes = owned };

	for (uint64_t unit = 1; unit < end && error == 0; unit++) {
		uint32_t sum = sums_get(&store->sums, unit);
		const void *bytes;

		if (sum == SUM_NONE || sum == SUM_UNSETTLED)
			continue;
		error = window_get(
			&window, unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES, WINDOW_BYTES, &bytes);
		if (error < 0 || unit_sum(bytes) == sum)
			continue;
		verdict = -EUCLEAN;
		if (found)
			found(context, unit * STORE_UNIT_BYTES,
				block_at(store, unit * STORE_UNIT_BYTES));
	}
	return error < 0 ? error : verdict;
}
