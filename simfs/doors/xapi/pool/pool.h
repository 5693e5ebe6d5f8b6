/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h - the records of a pool: what XAPI calls its database.
 *
 * A record has a class, a reference and an object with every field of its class (classes.def).
 * Each change counts up one number; events are the records whose number is beyond a token.
 *
 * All functions but pool_create(), pool_destroy() and pool_lock() are called with the lock held. It
 * is never held over I/O with a rig or a client: what leaves it is a copy. Several changes under
 * one lock are seen as one.
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

/* Longest reference or uuid with its NUL: who mounted a rig may have named its snapshots. */
#define POOL_REF_BYTES	96
#define POOL_UUID_BYTES 72

/* So many objects that have gone are remembered; who is further behind has lost events. */
#define POOL_TOMBSTONES_MAX 4096

struct pool;

/* References and uuids follow from SEED and the order in which they are made.  NULL: no memory. */
struct pool *pool_create(uint64_t seed);
void pool_destroy(struct pool *pool); /* NULL is fine */

void pool_lock(struct pool *pool);
void pool_unlock(struct pool *pool);

/* ---- records ---- */

/* The object of REF, which stays the pool's: read it, and change it by the functions below. */
json_t *pool_find(struct pool *pool, enum pool_class class, const char *ref);
/* The reference of the record with UUID; NULL when there is none. */
const char *pool_find_uuid(struct pool *pool, enum pool_class class, const char *uuid);
/* The class of any REF: 0 or -ENOENT. */
int pool_class_of(struct pool *pool, const char *ref, enum pool_class *ret);
size_t pool_count(struct pool *pool, enum pool_class class);
/* An array of the references of CLASS, oldest first; the caller's. */
json_t *pool_refs(struct pool *pool, enum pool_class class);
/* {ref: copy of the record, …}; the caller's. */
json_t *pool_records(struct pool *pool, enum pool_class class);

/* Fields of a record, "" / 0 / false / OpaqueRef:NULL when there is no such record. */
const char *pool_text(struct pool *pool, enum pool_class class, const char *ref, const char *field);
uint64_t pool_number(struct pool *pool, enum pool_class class, const char *ref, const char *field);
bool pool_is(struct pool *pool, enum pool_class class, const char *ref, const char *field);
/* The list or map; NULL when there is no such record.  It stays the pool's. */
json_t *pool_value(struct pool *pool, enum pool_class class, const char *ref, const char *field);
/* KEY of a map; NULL when it has none. */
const char *pool_map_text(struct pool *pool, enum pool_class class, const char *ref,
	const char *field, const char *key);

/*
 * A new record with FIELDS (stolen; NULL for none): unknown ones are left out, missing ones get
 * what their kind begins with, a missing uuid a new one.  Returns its reference, which lives as
 * long as the record does.
 */
const char *pool_add(struct pool *pool, enum pool_class class, json_t *fields);
/* -ENOENT: no such record.  Lists of other records that name it are the caller's business. */
int pool_remove(struct pool *pool, enum pool_class class, const char *ref);

/*
 * Each sets, and tells, a change: 0; -ENOENT: no such record or field; -EINVAL: VALUE (stolen) is
 * not of its kind.  A value that is there already is told, too, but by the _list_ and _map_remove
 * functions, for which nothing has changed then.
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
/* Tells a change of REF though there is none (event.inject): 0 or -ENOENT. */
int pool_touch(struct pool *pool, enum pool_class class, const char *ref);

/*
 * Notes: what the server keeps in the file of the records, so that both are of one moment; no
 * client sees them.  The value of KEY, which stays the pool's; NULL: there is none.
 */
json_t *pool_note(struct pool *pool, const char *key);
/* VALUE (stolen; NULL: none any more) becomes that of KEY. */
void pool_note_set(struct pool *pool, const char *key, json_t *value);
/* {key: value, ...}, a copy of all; the caller's. */
json_t *pool_notes(struct pool *pool);

/* A new uuid into BUFFER, of POOL_UUID_BYTES; no other run of the server has made it. */
void pool_new_uuid(struct pool *pool, char *buffer);

/* The uuid of what NAME names, which follows from it and the seed alone, into BUFFER; no lock. */
void pool_uuid_of(const struct pool *pool, const char *kind, const char *name, char *buffer);

/* "20261128T00:28:10Z": now, into BUFFER; no lock. */
#define POOL_DATE_BYTES 32
const char *pool_date_now(char *buffer);

/* ---- events ---- */

/* The number of the last change: what has happened before it is in no later event. */
uint64_t pool_token(struct pool *pool);

/*
 * The events of CLASSES (a bit for each enum pool_class) since TOKEN, as event.from has them:
 * [{id, timestamp, class, operation, ref, snapshot}, …], one per object; the caller's.
 * TOKEN 0 is the beginning: every record that there is.
 * 0; -ESTALE: TOKEN is older than what is remembered, or of another run.
 */
int pool_events(struct pool *pool, uint32_t classes, uint64_t token, json_t **ret);
/* The same without making them: is there one? */
bool pool_has_events(struct pool *pool, uint32_t classes, uint64_t token);
/* {"task": N, …}: how many records each class has; the caller's. */
json_t *pool_ref_counts(struct pool *pool);

/* Optional.  Called with the lock held after each change: wake whoever waits for events. */
typedef void pool_changed(void *context);
void pool_watch(struct pool *pool, pool_changed *changed, void *context);

#endif
