/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.c - checked reads.
 *
 *   store_read() ─▶ UNDER WAY ─▶ matches ───────────────────────────────▶ done
 *                      ▲            │ differs, and a rewrite overlaps it   │
 *                      └────────────┘                                      │
 *                                   │ differs, and none does               │
 *                                   └───────────────────────────▶ damaged ─┘
 *
 * A read that a write in place overlaps may have seen part of the write. It is repeated, and
 * ends after the last write that overlaps it.
 */
#include "simfs/store/read.h"

#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"

char store_read_over[STORE_READ_OVER_BYTES] __attribute__((aligned(BLOCKIO_ALIGNMENT_MAX)));

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
	struct blockio_request *io = &read->io;

	read->is_raced = rewrites_meet(read->store, first_unit(read), end_unit(read));
	list_append(&read->store->reads, &read->link);
	io->done = read_done;
	if (!read->vectors) {
		blockio_start(read->store->io, io, BLOCKIO_READ, read->offset,
			read->single.iov_base, read->length);
		return;
	}
	/* Each read consumes them. */
	memcpy(read->vectors, read->spans, read->span_count * sizeof *read->spans);
	io->kind = BLOCKIO_READ;
	io->offset = read->offset;
	io->iov = read->vectors;
	io->iov_count = read->span_count;
	blockio_submit(read->store->io, io);
}

/* The first unit of READ with a wrong sum, or its end. */
static uint64_t read_check(const struct store_read *read)
{
	uint64_t unit = first_unit(read);

	for (unsigned i = 0; i < read->span_count; i++) {
		const struct iovec *span = &read->spans[i];
		const char *bytes = span->iov_base;
		uint64_t end = unit + span->iov_len / STORE_UNIT_BYTES;

		if (bytes == store_read_over)
			unit = end;
		else
			store_hashed(read->store, span->iov_len);
		for (; unit < end; unit++, bytes += STORE_UNIT_BYTES) {
			if (!rewrites_sum_checks(read->store, unit, unit_sum(bytes)))
				return unit;
		}
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
	read->single = (struct iovec){ .iov_base = bytes, .iov_len = length };
	store_read_spans(store, read, offset, &read->single, 1, NULL);
}

void store_read_spans(struct store *store, struct store_read *read, uint64_t offset,
	const struct iovec *spans, unsigned count, struct iovec *vectors)
{
	read->store = store;
	read->offset = offset;
	read->length = 0;
	read->spans = spans;
	read->span_count = count;
	read->vectors = vectors;
	for (unsigned i = 0; i < count; i++)
		read->length += spans[i].iov_len;
	MUST((offset | read->length) % STORE_UNIT_BYTES == 0 && read->length > 0);
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
