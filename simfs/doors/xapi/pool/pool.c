/* SPDX-License-Identifier: Apache-2.0 */
/* pool.c - adds, finds and removes a pool's records. */
#include "simfs/doors/xapi/pool/pool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/base/mix.h"
#include "simfs/doors/xapi/pool/internal.h"

struct pool *pool_create(uint64_t seed)
{
	struct pool *pool = heap_new(sizeof *pool);

	pthread_mutex_init(&pool->lock, NULL);
	pthread_mutex_init(&pool->file_lock, NULL);
	pool->seed = seed;
	pool->notes = json_object();
	for (size_t i = 0; i < POOL_CLASS_COUNT; i++)
		list_init(&pool->classes[i]);
	list_init(&pool->order);
	list_init(&pool->tombstones);
	return pool;
}

static void record_free(struct record *record)
{
	json_decref(record->fields);
	free(record);
}

void pool_destroy(struct pool *pool)
{
	struct list *link;

	if (!pool)
		return;
	while ((link = list_pop(&pool->order)))
		record_free(CONTAINER_OF(link, struct record, in_order));
	while ((link = list_pop(&pool->tombstones)))
		free(CONTAINER_OF(link, struct tombstone, link));
	json_decref(pool->notes);
	pthread_mutex_destroy(&pool->file_lock);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

void pool_lock(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
}

void pool_unlock(struct pool *pool)
{
	pthread_mutex_unlock(&pool->lock);
}

void pool_watch(struct pool *pool, pool_changed *changed, void *context)
{
	pool->changed = changed;
	pool->changed_context = context;
}

/* ---- names ---- */

/* Version 4, variant 1: not checked by clients, but seen by people. */
static void uuid_write(uint64_t high, uint64_t low, char *buffer)
{
	snprintf(buffer, POOL_UUID_BYTES,
		"%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64, high >> 32,
		high >> 16 & 0xffff, high & 0xfff, (low >> 48 & 0x3fff) | 0x8000,
		low & UINT64_C(0xffffffffffff));
}

void pool_new_uuid(struct pool *pool, char *buffer)
{
	uint64_t seed = pool->run > 0 ? mix64(pool->seed ^ mix64(pool->run)) : pool->seed;
	uint64_t high = mix64(seed ^ mix64(2 * pool->uuids));
	uint64_t low = mix64(seed ^ mix64(2 * pool->uuids + 1));

	pool->uuids++;
	uuid_write(high, low, buffer);
}

static uint64_t text_hash(uint64_t seed, const char *text)
{
	for (; *text; text++)
		seed = mix64(seed ^ (unsigned char)*text);
	return seed;
}

void pool_uuid_of(const struct pool *pool, const char *kind, const char *name, char *buffer)
{
	uint64_t high = text_hash(text_hash(mix64(pool->seed), kind) ^ '/', name);

	uuid_write(high, mix64(high ^ pool->seed), buffer);
}

const char *pool_date_now(char *buffer)
{
	time_t now = (time_t)clock_wall_seconds();
	struct tm parts;

	gmtime_r(&now, &parts);
	strftime(buffer, POOL_DATE_BYTES, "%Y%m%dT%H:%M:%SZ", &parts);
	return buffer;
}

static struct record **bucket_of(struct pool *pool, const char *ref)
{
	return &pool->buckets[text_hash(0, ref) % BUCKETS];
}

static struct record *find_any(struct pool *pool, const char *ref)
{
	struct record *record = *bucket_of(pool, ref);

	while (record && strcmp(record->ref, ref) != 0)
		record = record->next;
	return record;
}

struct record *record_find(struct pool *pool, enum pool_class class, const char *ref)
{
	struct record *record = find_any(pool, ref);

	return record && record->class == class ? record : NULL;
}

int pool_class_of(struct pool *pool, const char *ref, enum pool_class *ret)
{
	struct record *record = find_any(pool, ref);

	if (!record)
		return -ENOENT;
	*ret = record->class;
	return 0;
}

/* ---- notes ---- */

json_t *pool_note(struct pool *pool, const char *key)
{
	return json_object_get(pool->notes, key);
}

void pool_note_set(struct pool *pool, const char *key, json_t *value)
{
	json_t *now = pool_note(pool, key);

	if (now == value || json_equal(now, value)) {
		json_decref(value);
		return;
	}
	if (value)
		json_object_set_new(pool->notes, key, value);
	else
		json_object_del(pool->notes, key);
	pool->kept_changes++;
}

json_t *pool_notes(struct pool *pool)
{
	return json_deep_copy(pool->notes);
}

/* ---- adding and removing ---- */

void record_changed(struct pool *pool, struct record *record)
{
	record->changed = ++pool->number;
	list_remove(&record->in_order);
	list_append(&pool->order, &record->in_order);
	pool->kept_changes += class_is_kept(record->class);
	if (pool->changed)
		pool->changed(pool->changed_context);
}

static json_t *kind_default(enum pool_kind kind)
{
	switch (kind) {
	case POOL_KIND_TEXT:
		return json_string("");
	case POOL_KIND_DATE:
		return json_string("19700101T00:00:00Z");
	case POOL_KIND_REF:
		return json_string(POOL_REF_NULL);
	case POOL_KIND_BOOL:
		return json_false();
	case POOL_KIND_INT:
		return json_integer(0);
	case POOL_KIND_REAL:
		return json_real(0.0);
	case POOL_KIND_REFS:
	case POOL_KIND_TEXTS:
		return json_array();
	case POOL_KIND_MAP:
		return json_object();
	}
	MUST(false);
	return NULL;
}

json_t *pool_kind_take(enum pool_kind kind, json_t *value)
{
	if (kind == POOL_KIND_INT && json_is_string(value)) {
		json_t *number = json_integer(atoll(json_string_value(value)));

		json_decref(value);
		return number;
	}
	if (kind == POOL_KIND_REAL && json_is_integer(value)) {
		json_t *number = json_real((double)json_integer_value(value));

		json_decref(value);
		return number;
	}
	return value;
}

struct record *record_enter(
	struct pool *pool, enum pool_class class, const char *ref, json_t *fields)
{
	struct record *record = heap_new(sizeof *record);
	struct record **bucket = bucket_of(pool, ref);
	size_t count;
	const struct pool_field *all = pool_class_fields(class, &count);

	snprintf(record->ref, sizeof record->ref, "%s", ref);
	record->class = class;
	record->fields = json_object();
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_object_get(fields, all[i].name);

		value = value && pool_kind_fits(all[i].kind, value)
				? pool_kind_take(all[i].kind, json_deep_copy(value))
				: kind_default(all[i].kind);
		MUST(json_object_set_new(record->fields, all[i].name, value) == 0);
	}
	record->next = *bucket;
	*bucket = record;
	list_append(&pool->classes[class], &record->in_class);
	pool->counts[class]++;
	list_append(&pool->order, &record->in_order);
	record_changed(pool, record);
	record->added = record->changed;
	return record;
}

const char *pool_add(struct pool *pool, enum pool_class class, json_t *fields)
{
	char uuid[POOL_UUID_BYTES], ref[POOL_REF_BYTES];
	const char *given = json_string_value(json_object_get(fields, "uuid"));

	pool_new_uuid(pool, uuid);
	snprintf(ref, sizeof ref, POOL_REF_PREFIX "%s", uuid);
	if (!given || !*given) {
		pool_new_uuid(pool, uuid);
		if (!fields)
			fields = json_object();
		json_object_set_new(fields, "uuid", json_string(uuid));
	}

	struct record *record = record_enter(pool, class, ref, fields);

	json_decref(fields);
	return record->ref;
}

static void bury(struct pool *pool, const struct record *record)
{
	struct tombstone *tombstone = heap_new(sizeof *tombstone);

	memcpy(tombstone->ref, record->ref, sizeof tombstone->ref);
	tombstone->class = record->class;
	tombstone->added = record->added;
	tombstone->removed = ++pool->number;
	list_append(&pool->tombstones, &tombstone->link);
	if (pool->tombstone_count == POOL_TOMBSTONES_MAX) {
		struct list *oldest = list_pop(&pool->tombstones);

		pool->forgotten = CONTAINER_OF(oldest, struct tombstone, link)->removed;
		free(CONTAINER_OF(oldest, struct tombstone, link));
	} else {
		pool->tombstone_count++;
	}
}

int pool_remove(struct pool *pool, enum pool_class class, const char *ref)
{
	struct record *record = record_find(pool, class, ref);
	struct record **at;

	if (!record)
		return -ENOENT;
	for (at = bucket_of(pool, ref); *at != record;)
		at = &(*at)->next;
	*at = record->next;
	list_remove(&record->in_class);
	list_remove(&record->in_order);
	pool->counts[class]--;
	bury(pool, record);
	pool->kept_changes += class_is_kept(class);
	record_free(record);
	if (pool->changed)
		pool->changed(pool->changed_context);
	return 0;
}
