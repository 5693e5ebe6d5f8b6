/* SPDX-License-Identifier: Apache-2.0 */
/* events.c - what has happened to a pool's records since a token. */
#include <errno.h>

#include "simfs/doors/xapi/pool/internal.h"

uint64_t pool_token(struct pool *pool)
{
	return pool->number;
}

static bool is_asked(uint32_t classes, enum pool_class class)
{
	return classes >> class & 1;
}

static json_t *event_make(uint64_t number, enum pool_class class, const char *operation,
	const char *ref, json_t *snapshot)
{
	json_t *event = json_pack("{s:I s:s s:s s:s s:s}", "id", (json_int_t)number, "timestamp",
		"0.0", "class", pool_class_event_name(class), "operation", operation, "ref", ref);

	if (snapshot)
		json_object_set_new(event, "snapshot", json_deep_copy(snapshot));
	return event;
}

/* A client that has not seen a record added is not told of its removal. */
static bool is_told(const struct tombstone *tombstone, uint32_t classes, uint64_t token)
{
	return is_asked(classes, tombstone->class) && tombstone->removed > token &&
	       tombstone->added <= token;
}

static json_t *event_of_record(const struct record *record, uint64_t token)
{
	return event_make(record->changed, record->class, record->added > token ? "add" : "mod",
		record->ref, record->fields);
}

static json_t *event_of_tombstone(const struct tombstone *tombstone)
{
	return event_make(tombstone->removed, tombstone->class, "del", tombstone->ref, NULL);
}

/* The first link after TOKEN, or HEAD. */
static const struct list *order_since(const struct pool *pool, uint64_t token)
{
	const struct list *at = &pool->order;

	while (at->previous != &pool->order &&
		CONTAINER_OF(at->previous, struct record, in_order)->changed > token)
		at = at->previous;
	return at;
}

static const struct list *tombstones_since(const struct pool *pool, uint64_t token)
{
	const struct list *at = &pool->tombstones;

	while (at->previous != &pool->tombstones &&
		CONTAINER_OF(at->previous, struct tombstone, link)->removed > token)
		at = at->previous;
	return at;
}

/* From the beginning nothing is lost: every record has been added since. */
static bool is_lost(const struct pool *pool, uint64_t token)
{
	return token != 0 && (token < pool->forgotten || token > pool->number);
}

int pool_events(struct pool *pool, uint32_t classes, uint64_t token, json_t **ret)
{
	const struct list *at = order_since(pool, token);
	const struct list *gone = tombstones_since(pool, token);
	json_t *events;

	if (is_lost(pool, token))
		return -ESTALE;
	events = json_array();
	/* Merges two ordered lists. */
	while (at != &pool->order || gone != &pool->tombstones) {
		const struct record *record = at == &pool->order
						      ? NULL
						      : CONTAINER_OF(at, struct record, in_order);
		const struct tombstone *tombstone = gone == &pool->tombstones
							    ? NULL
							    : CONTAINER_OF(
								      gone, struct tombstone, link);

		if (!tombstone || (record && record->changed < tombstone->removed)) {
			if (is_asked(classes, record->class))
				json_array_append_new(events, event_of_record(record, token));
			at = at->next;
		} else {
			if (is_told(tombstone, classes, token))
				json_array_append_new(events, event_of_tombstone(tombstone));
			gone = gone->next;
		}
	}
	*ret = events;
	return 0;
}

bool pool_has_events(struct pool *pool, uint32_t classes, uint64_t token)
{
	if (is_lost(pool, token))
		return true;
	for (const struct list *at = order_since(pool, token); at != &pool->order; at = at->next)
		if (is_asked(classes, CONTAINER_OF(at, struct record, in_order)->class))
			return true;
	for (const struct list *at = tombstones_since(pool, token); at != &pool->tombstones;
		at = at->next)
		if (is_told(CONTAINER_OF(at, struct tombstone, link), classes, token))
			return true;
	return false;
}

json_t *pool_ref_counts(struct pool *pool)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < POOL_CLASS_COUNT; i++)
		json_object_set_new(counts, pool_class_event_name((enum pool_class)i),
			json_integer((json_int_t)pool->counts[i]));
	return counts;
}
