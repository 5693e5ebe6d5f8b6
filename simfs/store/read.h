/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.h - reads from a store that are checked against what was stored (sums.h).
 *
 * Nobody reads a store's data in another way: what comes back is what was put in,
 * or an error.  A read may meet a write in place of the same bytes; it sees each
 * unit as it was before or after.
 */
#ifndef SNAPRIG_STORE_READ_H
#define SNAPRIG_STORE_READ_H

#include "simfs/store/store.h"

struct store_read {
	/* Required.  RESULT 0; -EUCLEAN: the unit at `damage_offset` of the file is not
	 * what was stored, and no byte is to be used; or -errno. */
	void (*done)(struct store_read *read, int result);

	/* Out, with -EUCLEAN. */
	uint64_t damage_offset;

	/* Of the store. */
	struct blockio_request io;
	struct store *store;
	uint64_t offset;
	size_t length;
	const struct iovec *spans;
	unsigned span_count;
	struct iovec *vectors; /* NULL: it is one span, ... */
	struct iovec single;   /* ... this */
	bool is_raced;	       /* by a write in place */
	struct list link;
};

/*
 * Reads LENGTH bytes at OFFSET of the file, as store_offset() has it, into BYTES,
 * which is aligned to BLOCKIO_ALIGNMENT_MAX: whole units of data.  `done` is called later.
 */
void store_read(
	struct store *store, struct store_read *read, uint64_t offset, void *bytes, size_t length);

/*
 * The same into COUNT spans, of whole units each, which lie one behind the other in the file.  One
 * with the base `store_read_over` is of what nobody wants: it may be of anything that lies between
 * the others, and is not checked.  VECTORS has room for COUNT, and is the store's until `done`.
 */
void store_read_spans(struct store *store, struct store_read *read, uint64_t offset,
	const struct iovec *spans, unsigned count, struct iovec *vectors);

/* Memory of everybody, which nobody looks at: for what is read with what lies around it. */
#define STORE_READ_OVER_BYTES (16u << 10)
extern char store_read_over[STORE_READ_OVER_BYTES];

/* A unit of a store that is not what was stored. */
struct store_damage {
	uint64_t offset; /* in the file */
	uint64_t block;	 /* whose it is */
	int error;	 /* -EUCLEAN, or why it cannot be read */
};

/*
 * Reads all data of STORE and calls FOUND for each unit that is damaged; what that
 * returns, if it is no 0, ends it.  Blocks: nothing may be under way.  0, -EUCLEAN when there was
 * one, or -errno.
 */
int store_verify(struct store *store,
	int (*found)(void *context, const struct store_damage *damage), void *context);

/* What the file of sums of a store is called, which it has when it was ever written in place. */
#define STORE_SUMS_SUFFIX     ".sums"
#define STORE_SUMS_ID_DIGITS  16
#define STORE_SUMS_NAME_BYTES 24
void store_sums_name(uint64_t store_id, char *buffer, size_t length);

/* Removes it, as store_abandon() does; nothing is written in place any more. */
void store_drop_sums(struct store *store);

#endif
