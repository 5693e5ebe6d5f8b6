/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h - the records of a pool: XAPI's database.
 *
 * A record has a class, a reference and an object with every field of its class (classes.def).
 * Each change increments one number; events are the records whose number is greater than a token.
 *
 * All functions except pool_create(), pool_destroy() and pool_lock() need the lock.  It is never
 * held across I/O with a rig or a client: data that leaves it is copied.  Several changes under one
 * lock appear as one.
 */
#ifndef SNAPRIG_DOORS_XAPI_POOL_POOL_H
#define SNAPRIG_DOORS_XAPI_POOL_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "simfs/doors/xapi/pool/classes.h"

#define POOL_REF_PREFIX "OpaqueRef:"
#define POOL_REF_NULL	"OpaqueRef:NULL"

/* Longest reference or uuid with its NUL: a user who mounted a rig may have named its snapshots. */
#define POOL_REF_BYTES	96
#define POOL_UUID_BYTES 72

/* This many removed objects are remembered; a client that is further behind has lost events. */
#define POOL_TOMBSTONES_MAX 4096

struct pool;

/* References and uuids follow from SEED and the order in which they are made. */
struct pool *pool_create(uint64_t seed);
void pool_destroy(struct pool *pool); /* NULL is fine */

void pool_lock(struct pool *pool);
void pool_unlock(struct pool *pool);

/* ---- records ---- */

/* The object of REF, which stays the pool's: read it, but change it only by the functions below. */
json_t *pool_find(struct pool *pool, enum pool_class class, const char *ref);
/* The reference of the record with UUID; NULL if none. */
const char *pool_find_uuid(struct pool *pool, enum pool_class class, const char *uuid);
/* Finds the class of any REF.  Returns 0 or -ENOENT. */
int pool_class_of(struct pool *pool, const char *ref, enum pool_class *ret);
size_t pool_count(struct pool *pool, enum pool_class class);
/* The references of CLASS as an array, oldest first; the caller's. */
json_t *pool_refs(struct pool *pool, enum pool_class class);
/* {ref: copy of the record, …}; the caller's. */
json_t *pool_records(struct pool *pool, enum pool_class class);

/* Fields of a record; "" / 0 / false / OpaqueRef:NULL if it does not exist. */
const char *pool_text(struct pool *pool, enum pool_class class, const char *ref, const char *field);
uint64_t pool_number(struct pool *pool, enum pool_class class, const char *ref, const char *field);
bool pool_is(struct pool *pool, enum pool_class class, const char *ref, const char *field);
/* The list or map, which stays the pool's; NULL if the record does not exist. */
json_t *pool_value(struct pool *pool, enum pool_class class, const char *ref, const char *field);
/* The value of KEY in a map; NULL if absent. */
const char *pool_map_text(struct pool *pool, enum pool_class class, const char *ref,
	const char *field, const char *key);

/*
 * Adds a record with FIELDS (stolen; NULL for none): unknown ones are ignored, missing ones get
 * their kind's initial value, a missing uuid a new one.  Returns its reference, which is valid as
 * long as the record.
 */
const char *pool_add(struct pool *pool, enum pool_class class, json_t *fields);
/* -ENOENT: no such record.  The caller removes the reference from lists of other records. */
int pool_remove(struct pool *pool, enum pool_class class, const char *ref);

/*
 * Each makes a change, and reports it.  Returns 0; -ENOENT: no such record or field; -EINVAL: VALUE
 * (stolen) is not of the field's kind.  Setting an equal value is reported, too; the _list_ and
 * _map_remove functions report nothing if they change nothing.
 */
int pool_set(struct pool *pool, enum pool_class class, const char *ref, const char *field,
	json_t *value);
int pool_list_add(struct pool *pool, enum pool_class class, const char *ref, const char *field,
	const char *text);
int pool_list_remove(struct pool *pool, enum pool_class class, const char *ref, const char *field,
	const char *text);
int pool_map_set(struct pool *pool, enum pool_class class, const char *ref, const char *field,
	const char *key, const char *text);
int pool_map_remove(struct pool *pool, enum pool_class class, const char *ref, const char *field,
	const char *key);
/* Reports a change of REF without making one (event.inject).  Returns 0 or -ENOENT. */
int pool_touch(struct pool *pool, enum pool_class class, const char *ref);

/*
 * Notes: data of the server's own in the same file as the records, so that both are of one moment;
 * invisible to clients.  The value of KEY, which stays the pool's; NULL if absent.
 */
json_t *pool_note(struct pool *pool, const char *key);
/* Sets KEY to VALUE (stolen; NULL removes it). */
void pool_note_set(struct pool *pool, const char *key, json_t *value);
/* {key: value, ...}, a copy of all notes; the caller's. */
json_t *pool_notes(struct pool *pool);

/* Writes a new uuid to BUFFER, of POOL_UUID_BYTES; different from those of all other runs. */
void pool_new_uuid(struct pool *pool, char *buffer);

/*
 * Writes the uuid of the object NAME to BUFFER; it depends only on KIND, NAME and the seed.  No
 * lock.
 */
void pool_uuid_of(const struct pool *pool, const char *kind, const char *name, char *buffer);

/* Writes the present time to BUFFER, "20261128T00:28:10Z".  No lock. */
#define POOL_DATE_BYTES 32
const char *pool_date_now(char *buffer);

/* ---- events ---- */

/* The number of the last change: later events do not include it. */
uint64_t pool_token(struct pool *pool);

/*
 * The events of CLASSES (a bit for each enum pool_class) since TOKEN, in the form of event.from:
 * [{id, timestamp, class, operation, ref, snapshot}, …], one per object; the caller's.  TOKEN 0 is
 * the beginning: every existing record.  Returns 0; -ESTALE: TOKEN is older than what is
 * remembered, or of another run.
 */
int pool_events(struct pool *pool, uint32_t classes, uint64_t token, json_t **ret);
/* Whether pool_events() would return any. */
bool pool_has_events(struct pool *pool, uint32_t classes, uint64_t token);
/* {"task": N, …}: the number of records of each class; the caller's. */
json_t *pool_ref_counts(struct pool *pool);

/* Optional.  Called under the lock after each change, to wake event waiters. */
typedef void pool_changed(void *context);
void pool_watch(struct pool *pool, pool_changed *changed, void *context);

#endif
