/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_by_hand.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xapi_call.h"
#include "scenarios/clients/reference_xo.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

static void json_free(json_t **value)
{
	json_decref(*value);
}

/* ---- arguments ---- */

/* Finds the only record of CLASS, except snapshots, with the label or uuid NAME. */
static json_t *find(struct xapi *xapi, const char *class, const char *name, json_t **ret)
{
	AUTO(auto_free) char *method = heap_format("%s.get_all_records", class);
	AUTO(json_free) json_t *records = NULL;
	json_t *failure = xapi_call(xapi, method, json_array(), &records), *record;
	const char *ref;
	size_t count = 0;

	json_object_foreach(records, ref, record)
	{
		bool is_it = strcmp(member_text(record, "uuid"), name) == 0 ||
			     (strcmp(member_text(record, "name_label"), name) == 0 &&
				     !json_is_true(json_object_get(record, "is_a_snapshot")) &&
				     !json_is_false(json_object_get(record, "managed")));

		if (!is_it)
			continue;
		count++;
		json_decref(*ret);
		*ret = json_string(ref);
	}
	if (failure || count == 1)
		return failure;
	if (count == 0)
		log_error("no %s has the name or uuid '%s'", class, name);
	else
		log_error("%zu of class %s have the name '%s' (use the uuid)", count, class, name);
	json_decref(TAKE_PTR(*ret));
	return NULL;
}

/*
 * Finds what TEXT refers to, "VM:web".  *RET is NULL if TEXT is not a reference; *RET_IS_MISSING
 * if it is one to something that does not exist.
 */
static json_t *reference_read(
	struct xapi *xapi, const char *text, json_t **ret, bool *ret_is_missing)
{
	static const char *const classes[] = { "pool", "host", "SR", "VM", "VBD", "VDI", "VIF",
		"network" };
	json_t *failure = NULL;

	*ret = NULL;
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		size_t length = strlen(classes[i]);

		if (strncmp(text, classes[i], length) != 0 || text[length] != ':')
			continue;
		failure = find(xapi, classes[i], text + length + 1, ret);
		*ret_is_missing = *ret_is_missing || !*ret;
	}
	return failure;
}

/* Replaces the texts in OBJECT that are references. */
static json_t *members_read(struct xapi *xapi, json_t *object, bool *ret_is_missing)
{
	json_t *failure = NULL, *member, *named;
	const char *key;

	json_object_foreach(object, key, member)
	{
		if (failure || !json_is_string(member))
			continue;
		failure = reference_read(xapi, json_string_value(member), &named, ret_is_missing);
		if (named)
			json_object_set_new(object, key, named);
	}
	return failure;
}

/* A valid JSON text is that value; anything else is a string. */
static json_t *argument_read(
	struct xapi *xapi, const char *text, json_t **ret, bool *ret_is_missing)
{
	json_t *failure = reference_read(xapi, text, ret, ret_is_missing);

	if (!failure && !*ret && !*ret_is_missing) {
		*ret = json_loads(text, JSON_DECODE_ANY, NULL);
		failure = members_read(xapi, *ret, ret_is_missing);
		if (!*ret)
			*ret = json_string(text);
	}
	return failure;
}

static json_t *arguments_read(struct xapi *xapi, char *const *texts, size_t count,
	json_t *arguments, bool *ret_is_missing)
{
	json_t *failure = NULL, *argument = NULL;

	for (size_t i = 0; !failure && !*ret_is_missing && i < count; i++) {
		failure = argument_read(xapi, texts[i], &argument, ret_is_missing);
		if (argument)
			json_array_append_new(arguments, argument);
	}
	return failure;
}

/* ---- one call ---- */

/* A call without a result answers "". */
static void print(const json_t *result)
{
	AUTO(auto_free) char *text = json_dumps(result, JSON_COMPACT | JSON_ENCODE_ANY);
	const char *plain = json_string_value(result) ? json_string_value(result) : text;

	if (plain && *plain)
		puts(plain);
}

/* Makes the call.  If it fails, returns an error object, which the caller frees. */
static json_t *perform(struct xapi *xapi, const char *method, char *const *texts, size_t count,
	bool *ret_is_missing)
{
	json_t *arguments = json_array();
	AUTO(json_free) json_t *result = NULL;
	json_t *failure = arguments_read(xapi, texts, count, arguments, ret_is_missing);

	if (failure || *ret_is_missing) {
		json_decref(arguments);
		return failure;
	}
	failure = xapi_call(xapi, method, arguments, &result);
	if (!failure)
		print(result);
	return failure;
}

int xapi_by_hand(const char *url, const char *method, char *const *texts, size_t count)
{
	AUTO(json_free) json_t *failure = NULL;
	const struct xapi_patience patience = {
		.silence_ns = xo_defaults.silence_ns,
		.task_ns = xo_defaults.task_ns,
	};
	struct xapi *xapi = NULL;
	bool is_missing = false;

	stop_watch();
	failure = xapi_open(url, &patience, &xapi);
	if (!failure)
		failure = perform(xapi, method, texts, count, &is_missing);
	xapi_close(xapi);
	if (failure)
		log_error("%s", member_text(failure, "message"));
	if (failure || is_missing)
		return REFERENCE_EXIT_TARGET;
	return command_line_finish();
}
