/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.h - reads from a store that are checked against what was stored (sums.h).
 *
 * All reads of a store's data use this: the result is what was stored, or an error. A read
 * may overlap a write in place; it then sees each unit as it was before or after.
 */
#ifndef SNAPRIG_STORE_READ_H
#define SNAPRIG_STORE_READ_H

#include "simfs/store/store.h"

struct store_read {
	/* Required. RESULT is 0; -EUCLEAN if the unit at `damage_offset` of the file is not
	 * what was stored, so that no byte may be used; or -errno. */
	void (*done)(struct store_read *read, int result);

	/* Set with -EUCLEAN. */
	uint64_t damage_offset;

	/* For the store. */
	struct blockio_request io;
	struct store *store;
	uint64_t offset;
	size_t length;
	const struct iovec *spans;
	unsigned span_count;
	struct iovec *vectors; /* NULL: only one span, ... */
	struct iovec single;   /* ... this one */
	bool is_raced;	       /* a write in place overlaps it */
	struct list link;
};

/*
 * Reads LENGTH bytes at OFFSET of the file, as returned by store_offset(), into BYTES, which
 * is aligned to BLOCKIO_ALIGNMENT_MAX: whole units of data. `done` is called later.
 */
void store_read(
	struct store *store, struct store_read *read, uint64_t offset, void *bytes, size_t length);

/*
 * The same into COUNT spans of whole units, consecutive in the file. A span with the base
 * `store_read_over` is discarded: it may cover anything that lies between the others, and is
 * not checked. VECTORS has room for COUNT, and the store uses it until `done`.
 */
void store_read_spans(struct store *store, struct store_read *read, uint64_t offset,
	const struct iovec *spans, unsigned count, struct iovec *vectors);

/* A shared buffer for discarded data, read only because it lies between wanted spans. */
#define STORE_READ_OVER_BYTES (16u << 10)
extern char store_read_over[STORE_READ_OVER_BYTES];

/* A unit of a store that is not what was stored. */
struct store_damage {
	uint64_t offset; /* in the file */
	uint64_t block;	 /* that it belongs to */
	int error;	 /* -EUCLEAN, or the read error */
};

/*
 * Reads all data of STORE and calls FOUND for each damaged unit; a non-zero return from FOUND
 * stops it. Blocks; nothing may be in flight. Returns 0, -EUCLEAN if any unit was damaged, or
 * -errno.
 */
int store_verify(struct store *store,
	int (*found)(void *context, const struct store_damage *damage), void *context);

/* The name of a store's file of sums, which exists once blocks were written in place. */
#define STORE_SUMS_SUFFIX     ".sums"
#define STORE_SUMS_ID_DIGITS  16
#define STORE_SUMS_NAME_BYTES 24
void store_sums_name(uint64_t store_id, char *buffer, size_t length);

/* Removes that file, as store_abandon() does; no more writes in place may follow. */
void store_drop_sums(struct store *store);

#endif
