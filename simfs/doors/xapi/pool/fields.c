/* SPDX-License-Identifier: Apache-2.0 */
/* fields.c - reads and changes the fields of a pool's records. */
#include <errno.h>
#include <string.h>

#include "simfs/doors/xapi/pool/internal.h"

json_t *pool_find(struct pool *pool, enum pool_class class, const char *ref)
{
	struct record *record = record_find(pool, class, ref);

	return record ? record->fields : NULL;
}

const char *pool_find_uuid(struct pool *pool, enum pool_class class, const char *uuid)
{
	list_for_each (at, &pool->classes[class]) {
		struct record *record = CONTAINER_OF(at, struct record, in_class);
		const char *its = json_string_value(json_object_get(record->fields, "uuid"));

		if (its && strcmp(its, uuid) == 0)
			return record->ref;
	}
	return NULL;
}

size_t pool_count(struct pool *pool, enum pool_class class)
{
	return pool->counts[class];
}

json_t *pool_refs(struct pool *pool, enum pool_class class)
{
	json_t *refs = json_array();

	list_for_each (at, &pool->classes[class])
		json_array_append_new(
			refs, json_string(CONTAINER_OF(at, struct record, in_class)->ref));
	return refs;
}

json_t *pool_records(struct pool *pool, enum pool_class class)
{
	json_t *records = json_object();

	list_for_each (at, &pool->classes[class]) {
		struct record *record = CONTAINER_OF(at, struct record, in_class);

		json_object_set_new(records, record->ref, json_deep_copy(record->fields));
	}
	return records;
}

json_t *pool_value(struct pool *pool, enum pool_class class, const char *ref, const char *field)
{
	return json_object_get(pool_find(pool, class, ref), field);
}

const char *pool_text(struct pool *pool, enum pool_class class, const char *ref, const char *field)
{
	const char *text = json_string_value(pool_value(pool, class, ref, field));
	const struct pool_field *row = pool_class_field(class, field);

	if (text)
		return text;
	return row && row->kind == POOL_KIND_REF ? POOL_REF_NULL : "";
}

uint64_t pool_number(struct pool *pool, enum pool_class class, const char *ref, const char *field)
{
	return (uint64_t)json_integer_value(pool_value(pool, class, ref, field));
}

bool pool_is(struct pool *pool, enum pool_class class, const char *ref, const char *field)
{
	return json_is_true(pool_value(pool, class, ref, field));
}

const char *pool_map_text(struct pool *pool, enum pool_class class, const char *ref,
	const char *field, const char *key)
{
	return json_string_value(json_object_get(pool_value(pool, class, ref, field), key));
}

/* ---- changing ---- */

/*
 * Finds record REF with a FIELD of one of two kinds.  Returns 0, -ENOENT, or -EINVAL for another
 * kind.
 */
static int find_field(struct pool *pool, enum pool_class class, const char *ref, const char *field,
	enum pool_kind one, enum pool_kind other, struct record **ret_record, json_t **ret_value)
{
	const struct pool_field *row = pool_class_field(class, field);
	struct record *record = record_find(pool, class, ref);

	if (!record || !row)
		return -ENOENT;
	if (row->kind != one && row->kind != other)
		return -EINVAL;
	*ret_record = record;
	*ret_value = json_object_get(record->fields, field);
	return 0;
}

int pool_set(
	struct pool *pool, enum pool_class class, const char *ref, const char *field, json_t *value)
{
	const struct pool_field *row = pool_class_field(class, field);
	struct record *record = record_find(pool, class, ref);
	int error = !record || !row ? -ENOENT : 0;

	if (error == 0 && !pool_kind_fits(row->kind, value))
		error = -EINVAL;
	if (error < 0) {
		json_decref(value);
		return error;
	}
	json_object_set_new(record->fields, field, pool_kind_take(row->kind, value));
	record_changed(pool, record);
	return 0;
}

static size_t list_find(const json_t *list, const char *text)
{
	size_t count = json_array_size(list);

	for (size_t i = 0; i < count; i++)
		if (strcmp(json_string_value(json_array_get(list, i)), text) == 0)
			return i;
	return count;
}

int pool_list_add(struct pool *pool, enum pool_class class, const char *ref, const char *field,
	const char *text)
{
	struct record *record;
	json_t *list;
	int error = find_field(
		pool, class, ref, field, POOL_KIND_REFS, POOL_KIND_TEXTS, &record, &list);

	if (error < 0 || list_find(list, text) < json_array_size(list))
		return error;
	if (json_array_append_new(list, json_string(text)) < 0)
		return -EINVAL;
	record_changed(pool, record);
	return 0;
}

int pool_list_remove(struct pool *pool, enum pool_class class, const char *ref, const char *field,
	const char *text)
{
	struct record *record;
	json_t *list;
	int error = find_field(
		pool, class, ref, field, POOL_KIND_REFS, POOL_KIND_TEXTS, &record, &list);

	if (error < 0 || list_find(list, text) == json_array_size(list))
		return error;
	json_array_remove(list, list_find(list, text));
	record_changed(pool, record);
	return 0;
}

int pool_map_set(struct pool *pool, enum pool_class class, const char *ref, const char *field,
	const char *key, const char *text)
{
	struct record *record;
	json_t *map;
	int error = find_field(
		pool, class, ref, field, POOL_KIND_MAP, POOL_KIND_MAP, &record, &map);

	if (error < 0)
		return error;
	/* Jansson accepts only UTF-8. */
	if (json_object_set_new(map, key, json_string(text)) < 0)
		return -EINVAL;
	record_changed(pool, record);
	return 0;
}

int pool_map_remove(struct pool *pool, enum pool_class class, const char *ref, const char *field,
	const char *key)
{
	struct record *record;
	json_t *map;
	int error = find_field(
		pool, class, ref, field, POOL_KIND_MAP, POOL_KIND_MAP, &record, &map);

	if (error < 0 || json_object_del(map, key) < 0)
		return error;
	record_changed(pool, record);
	return 0;
}

int pool_touch(struct pool *pool, enum pool_class class, const char *ref)
{
	struct record *record = record_find(pool, class, ref);

	if (!record)
		return -ENOENT;
	record_changed(pool, record);
	return 0;
}
