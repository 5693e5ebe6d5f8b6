/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.c - reads that are checked, one by one.
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

#include "simfs/base/check.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"

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

	store_hashed(read->store, read->length);
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
