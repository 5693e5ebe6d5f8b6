/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/pool/classes.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/doors/xapi/pool/pool.h"

#define POOL_ACCESS_FREE true
#define POOL_ACCESS_OURS false

static const char *const class_names[] = {
#define CLASS(id, name, event) [POOL_CLASS_##id] = name,
#define FIELD(id, name, kind, access)
#include "simfs/doors/xapi/pool/classes.def"
#undef CLASS
#undef FIELD
};

static const char *const event_names[] = {
#define CLASS(id, name, event) [POOL_CLASS_##id] = event,
#define FIELD(id, name, kind, access)
#include "simfs/doors/xapi/pool/classes.def"
#undef CLASS
#undef FIELD
};

/* All fields of all classes; those of one class are adjacent. */
static const struct pool_field all_fields[] = {
#define CLASS(id, name, event)
#define FIELD(id, name, kind, access) { name, POOL_KIND_##kind, POOL_ACCESS_##access },
#include "simfs/doors/xapi/pool/classes.def"
#undef CLASS
#undef FIELD
};

static const enum pool_class field_classes[] = {
#define CLASS(id, name, event)
#define FIELD(id, name, kind, access) POOL_CLASS_##id,
#include "simfs/doors/xapi/pool/classes.def"
#undef CLASS
#undef FIELD
};

const char *pool_class_name(enum pool_class class)
{
	return class_names[class];
}

const char *pool_class_event_name(enum pool_class class)
{
	return event_names[class];
}

int pool_class_find(const char *name, enum pool_class *ret)
{
	for (size_t i = 0; i < POOL_CLASS_COUNT; i++) {
		if (strcmp(class_names[i], name) == 0 || strcmp(event_names[i], name) == 0) {
			*ret = (enum pool_class)i;
			return 0;
		}
	}
	return -ENOENT;
}

const struct pool_field *pool_class_fields(enum pool_class class, size_t *ret_count)
{
	size_t all = sizeof all_fields / sizeof all_fields[0];
	size_t first = 0, count = 0;

	while (field_classes[first] != class)
		first++;
	while (first + count < all && field_classes[first + count] == class)
		count++;
	*ret_count = count;
	return &all_fields[first];
}

const struct pool_field *pool_class_field(enum pool_class class, const char *name)
{
	size_t count;
	const struct pool_field *fields = pool_class_fields(class, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

static bool all_are_texts(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!json_is_string(json_array_get(list, i)))
			return false;
	return json_is_array(list);
}

static bool all_values_are_texts(const json_t *map)
{
	const char *key;
	json_t *value;

	/* Jansson's iterators take a non-const object. */
	json_object_foreach((json_t *)(uintptr_t)map, key, value)
	{
		if (!json_is_string(value))
			return false;
	}
	return json_is_object(map);
}

/* In XML-RPC, integers are texts, and clients keep that. */
static bool is_whole_number(const json_t *value)
{
	const char *text = json_string_value(value);

	if (!text)
		return json_is_integer(value);
	text += *text == '-';
	if (!isdigit((unsigned char)*text) || strlen(text) > 18)
		return false;
	while (isdigit((unsigned char)*text))
		text++;
	return *text == '\0';
}

bool pool_kind_fits(enum pool_kind kind, const json_t *value)
{
	switch (kind) {
	case POOL_KIND_TEXT:
	case POOL_KIND_DATE:
		return json_is_string(value);
	case POOL_KIND_REF:
		return json_is_string(value) &&
		       (json_string_length(value) == 0 ||
			       strncmp(json_string_value(value), POOL_REF_PREFIX,
				       strlen(POOL_REF_PREFIX)) == 0);
	case POOL_KIND_BOOL:
		return json_is_boolean(value);
	case POOL_KIND_INT:
		return is_whole_number(value);
	case POOL_KIND_REAL:
		return json_is_number(value);
	case POOL_KIND_REFS:
	case POOL_KIND_TEXTS:
		return all_are_texts(value);
	case POOL_KIND_MAP:
		return all_values_are_texts(value);
	}
	MUST(false);
	return false;
}
