/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - the records of a pool in memory.
 *
 * Invariants:
 *  (1) A record is in the table by its reference, and in the lists of its class and of all.
 *  (2) The list of all is in the order of `changed', so that its end is what happened since a
 *      token; the tombstones are in the order of `removed'.
 *  (3) `number' counts changes and never goes back, not even over a restart: each run begins far
 *      beyond the one before, whether or not that saved its last number, and a token from before
 *      it is below `forgotten'.
 */
#ifndef SNAPRIG_DOORS_XAPI_POOL_INTERNAL_H
#define SNAPRIG_DOORS_XAPI_POOL_INTERNAL_H

#include <pthread.h>

#include "simfs/base/list.h"
#include "simfs/doors/xapi/pool/pool.h"

#define BUCKETS 1024u

struct record {
	char ref[POOL_REF_BYTES];
	enum pool_class class;
	json_t *fields;
	uint64_t added, changed;
	struct record *next;  /* in its bucket */
	struct list in_class; /* struct pool.classes[class], oldest first */
	struct list in_order; /* struct pool.order */
};

struct tombstone {
	char ref[POOL_REF_BYTES];
	enum pool_class class;
	uint64_t added, removed;
	struct list link; /* struct pool.tombstones */
};

struct pool {
	pthread_mutex_t lock;
	uint64_t seed;
	uint64_t run;	/* how often it was loaded from a file */
	uint64_t uuids; /* how many were made in this run */
	json_t *notes;

	struct record *buckets[BUCKETS];
	struct list classes[POOL_CLASS_COUNT];
	size_t counts[POOL_CLASS_COUNT];
	struct list order;
	struct list tombstones;
	size_t tombstone_count;

	uint64_t number;
	uint64_t forgotten;    /* a lower token has lost events */
	uint64_t kept_changes; /* changes of records that the file keeps */

	pool_changed *changed; /* NULL: nothing waits */
	void *changed_context;

	pthread_mutex_t file_lock; /* held while the file is written; taken before `lock' */
	uint64_t kept;		   /* kept_changes at the time of the file */
};

struct record *record_find(struct pool *pool, enum pool_class class, const char *ref);

/* Marks RECORD as just changed. */
void record_changed(struct pool *pool, struct record *record);

/* Adds a record with every field of FIELDS (borrowed) that CLASS has. */
struct record *record_enter(
	struct pool *pool, enum pool_class class, const char *ref, json_t *fields);

/*
 * Converts VALUE (stolen), which fits KIND, to the form in records: numbers in texts become
 * numbers.
 */
json_t *pool_kind_take(enum pool_kind kind, json_t *value);

/* Tasks end with the server. */
static inline bool class_is_kept(enum pool_class class)
{
	return class != POOL_CLASS_TASK;
}

#endif
