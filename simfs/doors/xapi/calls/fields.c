/* SPDX-License-Identifier: Apache-2.0 */
/* The methods that every class has: for its records, and a getter and setters for each field. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/doors/xapi/calls/internal.h"

/* The name of a field's method, and the fields that have it. */
struct access {
	const char *prefix;
	size_t arguments; /* with the ref */
	bool writes;
	uint32_t kinds; /* a bit for each enum pool_kind */
	int (*perform)(struct call *call, enum pool_class class, const struct pool_field *field);
};

#define KIND(name) (1u << POOL_KIND_##name)
#define ALL_KINDS  UINT32_MAX

/* All of these run under the pool's lock, with a ref that exists. */

static int get(struct call *call, enum pool_class class, const struct pool_field *field)
{
	call->result = json_deep_copy(
		pool_value(call->pool, class, call_text(call, 0), field->name));
	return call->result ? 0 : call_fail_error(call, -ENOMEM, "cannot copy the field");
}

static int set(struct call *call, enum pool_class class, const struct pool_field *field)
{
	json_t *value = call_argument(call, 1);

	if (pool_set(call->pool, class, call_text(call, 0), field->name, json_incref(value)) < 0)
		return call_fail(call, "FIELD_TYPE_ERROR", field->name, NULL);
	return 0;
}

static int add_to(struct call *call, enum pool_class class, const struct pool_field *field)
{
	const char *ref = call_text(call, 0), *key = call_text(call, 1);
	const char *value = call_text(call, 2);

	if (!key || !value)
		return call_fail(call, "FIELD_TYPE_ERROR", field->name, NULL);
	if (pool_map_text(call->pool, class, ref, field->name, key))
		return call_fail(call, "MAP_DUPLICATE_KEY", pool_class_name(class), field->name,
			ref, key, NULL);
	pool_map_set(call->pool, class, ref, field->name, key, value);
	return 0;
}

static int remove_from(struct call *call, enum pool_class class, const struct pool_field *field)
{
	if (!call_text(call, 1))
		return call_fail(call, "FIELD_TYPE_ERROR", field->name, NULL);
	pool_map_remove(call->pool, class, call_text(call, 0), field->name, call_text(call, 1));
	return 0;
}

static int add(struct call *call, enum pool_class class, const struct pool_field *field)
{
	if (!call_text(call, 1))
		return call_fail(call, "FIELD_TYPE_ERROR", field->name, NULL);
	pool_list_add(call->pool, class, call_text(call, 0), field->name, call_text(call, 1));
	return 0;
}

static int remove_one(struct call *call, enum pool_class class, const struct pool_field *field)
{
	if (!call_text(call, 1))
		return call_fail(call, "FIELD_TYPE_ERROR", field->name, NULL);
	pool_list_remove(call->pool, class, call_text(call, 0), field->name, call_text(call, 1));
	return 0;
}

/* A prefix of another prefix comes after it. */
static const struct access accesses[] = {
	{ "get_", 1, false, ALL_KINDS, get },
	{ "set_", 2, true, ALL_KINDS, set },
	{ "add_to_", 3, true, KIND(MAP), add_to },
	{ "remove_from_", 2, true, KIND(MAP), remove_from },
	{ "add_", 2, true, KIND(TEXTS), add },
	{ "remove_", 2, true, KIND(TEXTS), remove_one },
};

#define ACCESS_COUNT (sizeof accesses / sizeof accesses[0])

static bool is_allowed(const struct access *access, const struct pool_field *field)
{
	return field && (access->kinds & (1u << field->kind)) &&
	       (!access->writes || field->is_free);
}

/* ---- whole records ---- */

static int get_record(struct call *call, enum pool_class class)
{
	call->result = json_deep_copy(pool_find(call->pool, class, call_text(call, 0)));
	return call->result ? 0 : call_fail_error(call, -ENOMEM, "cannot copy the record");
}

static int get_all(struct call *call, enum pool_class class)
{
	call->result = pool_refs(call->pool, class);
	return call->result ? 0 : call_fail_error(call, -ENOMEM, "cannot list the records");
}

static int get_all_records(struct call *call, enum pool_class class)
{
	call->result = pool_records(call->pool, class);
	return call->result ? 0 : call_fail_error(call, -ENOMEM, "cannot copy the records");
}

static int get_by_uuid(struct call *call, enum pool_class class)
{
	const char *uuid = call_text(call, 0);
	const char *ref = uuid ? pool_find_uuid(call->pool, class, uuid) : NULL;

	if (!ref)
		return call_fail(
			call, "UUID_INVALID", pool_class_name(class), uuid ? uuid : "", NULL);
	call->result = json_string(ref);
	return 0;
}

static int get_by_name_label(struct call *call, enum pool_class class)
{
	const char *label = call_text(call, 0);
	json_t *refs = pool_refs(call->pool, class), *ref;
	size_t at;

	call->result = json_array();
	json_array_foreach(refs, at, ref)
	{
		const char *name = pool_text(
			call->pool, class, json_string_value(ref), "name_label");

		if (label && strcmp(name, label) == 0)
			json_array_append(call->result, ref);
	}
	json_decref(refs);
	return 0;
}

static const struct whole {
	const char *name;
	size_t arguments;
	bool takes_ref;
	const char *needs; /* a field of the class; NULL: every class has it */
	int (*perform)(struct call *call, enum pool_class class);
} wholes[] = {
	{ "get_record", 1, true, NULL, get_record },
	{ "get_all", 0, false, NULL, get_all },
	{ "get_all_records", 0, false, NULL, get_all_records },
	{ "get_by_uuid", 1, false, NULL, get_by_uuid },
	{ "get_by_name_label", 1, false, "name_label", get_by_name_label },
};

#define WHOLE_COUNT (sizeof wholes / sizeof wholes[0])

static bool has_whole(const struct whole *whole, enum pool_class class)
{
	return !whole->needs || pool_class_field(class, whole->needs);
}

/* ---- calling one ---- */

struct target {
	enum pool_class class;
	const struct whole *whole;
	const struct access *access;
	const struct pool_field *field;
};

static bool find(const char *method, struct target *ret)
{
	char class[32];
	const char *dot = strchr(method, '.');

	if (!dot || (size_t)(dot - method) >= sizeof class)
		return false;
	snprintf(class, sizeof class, "%.*s", (int)(dot - method), method);
	/* The name of a class in events is not its name in methods. */
	if (pool_class_find(class, &ret->class) < 0 ||
		strcmp(pool_class_name(ret->class), class) != 0)
		return false;
	for (size_t at = 0; at < WHOLE_COUNT; at++) {
		ret->whole = &wholes[at];
		if (strcmp(dot + 1, wholes[at].name) == 0)
			return has_whole(&wholes[at], ret->class);
	}
	ret->whole = NULL;
	for (size_t at = 0; at < ACCESS_COUNT; at++) {
		size_t length = strlen(accesses[at].prefix);

		if (strncmp(dot + 1, accesses[at].prefix, length) != 0)
			continue;
		ret->access = &accesses[at];
		ret->field = pool_class_field(ret->class, dot + 1 + length);
		if (is_allowed(ret->access, ret->field))
			return true;
	}
	return false;
}

static int perform(struct call *call, const struct target *target)
{
	bool takes_ref = !target->whole || target->whole->takes_ref;
	const char *ref = call_text(call, 0);

	if (takes_ref && (!ref || !pool_find(call->pool, target->class, ref)))
		return call_fail(call, "HANDLE_INVALID", pool_class_name(target->class),
			ref ? ref : "", NULL);
	return target->whole ? target->whole->perform(call, target->class)
			     : target->access->perform(call, target->class, target->field);
}

bool field_call(struct call *call, int *ret)
{
	struct target target = { 0 };
	size_t count = json_array_size(call->arguments), needed;
	char expected[16], received[16];

	if (!find(call->method, &target))
		return false;
	needed = target.whole ? target.whole->arguments : target.access->arguments;
	if (count != needed) {
		snprintf(expected, sizeof expected, "%zu", needed);
		snprintf(received, sizeof received, "%zu", count);
		*ret = call_fail(call, "MESSAGE_PARAMETER_COUNT_MISMATCH", call->method, expected,
			received, NULL);
		return true;
	}
	pool_lock(call->pool);
	*ret = perform(call, &target);
	pool_unlock(call->pool);
	return true;
}

static int append(json_t *names, enum pool_class class, const char *prefix, const char *field)
{
	char name[128];

	snprintf(name, sizeof name, "%s.%s%s", pool_class_name(class), prefix, field);
	return json_array_append_new(names, json_string(name)) < 0 ? -ENOMEM : 0;
}

int field_methods(json_t *names)
{
	int error = 0;

	for (enum pool_class class = 0; class < POOL_CLASS_COUNT; class ++) {
		size_t count;
		const struct pool_field *fields = pool_class_fields(class, &count);

		for (size_t at = 0; at < WHOLE_COUNT && error == 0; at++)
			if (has_whole(&wholes[at], class))
				error = append(names, class, wholes[at].name, "");
		for (size_t at = 0; at < count * ACCESS_COUNT && error == 0; at++)
			if (is_allowed(&accesses[at % ACCESS_COUNT], &fields[at / ACCESS_COUNT]))
				error = append(names, class, accesses[at % ACCESS_COUNT].prefix,
					fields[at / ACCESS_COUNT].name);
	}
	return error;
}
