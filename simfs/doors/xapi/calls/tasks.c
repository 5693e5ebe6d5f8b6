/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/calls/tasks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/doors/xapi/calls/internal.h"

static json_t *date_now(void)
{
	char text[POOL_DATE_BYTES];

	return json_string(pool_date_now(text));
}

int task_create(struct pool *pool, const char *label, const char *description, char *ret_ref)
{
	json_t *fields = json_pack("{s:s, s:s, s:s, s:s, s:o, s:[s, s]}", "name_label", label,
		"name_description", description, "status", "pending", "type", "<none/>", "created",
		date_now(), "allowed_operations", "cancel", "destroy");
	const char *ref = NULL;

	if (!fields)
		return -ENOMEM;
	pool_lock(pool);
	ref = pool_add(pool, POOL_CLASS_TASK, fields);
	if (ref)
		snprintf(ret_ref, TASK_REF_MAX, "%s", ref);
	pool_unlock(pool);
	return ref ? 0 : -ENOMEM;
}

/* Needs the pool's lock. */
static bool is_pending(struct pool *pool, const char *ref)
{
	return strcmp(pool_text(pool, POOL_CLASS_TASK, ref, "status"), "pending") == 0;
}

void task_progress(struct pool *pool, const char *ref, double share)
{
	pool_lock(pool);
	if (is_pending(pool, ref))
		pool_set(pool, POOL_CLASS_TASK, ref, "progress", json_real(share));
	pool_unlock(pool);
}

/* Sets STATUS, and FIELD (NULL: none) to VALUE (stolen). */
static void finish(
	struct pool *pool, const char *ref, const char *status, const char *field, json_t *value)
{
	pool_lock(pool);
	if (is_pending(pool, ref)) {
		pool_set(pool, POOL_CLASS_TASK, ref, "progress", json_real(1));
		pool_set(pool, POOL_CLASS_TASK, ref, "finished", date_now());
		if (field)
			pool_set(pool, POOL_CLASS_TASK, ref, field, json_incref(value));
		pool_set(pool, POOL_CLASS_TASK, ref, "status", json_string(status));
	}
	/* The record shares it, and may be removed as soon as the lock is released. */
	json_decref(value);
	pool_unlock(pool);
}

/* TEXT as in XML-RPC, with three characters escaped. */
static json_t *xml_value(const char *text)
{
	char *buffer = NULL;
	size_t length;
	FILE *file = open_memstream(&buffer, &length);
	json_t *value;

	if (!file)
		return NULL;
	fputs("<value>", file);
	for (const char *at = text; *at; at++) {
		if (*at == '<')
			fputs("&lt;", file);
		else if (*at == '>')
			fputs("&gt;", file);
		else if (*at == '&')
			fputs("&amp;", file);
		else
			fputc(*at, file);
	}
	fputs("</value>", file);
	fclose(file);
	value = json_string(buffer);
	free(buffer);
	return value;
}

void task_succeed(struct pool *pool, const char *ref, json_t *result)
{
	const char *text = json_string_value(result);

	finish(pool, ref, "success", "result", text && *text ? xml_value(text) : json_string(""));
}

void task_fail(struct pool *pool, const char *ref, json_t *failure)
{
	finish(pool, ref, "failure", "error_info", json_incref(failure));
}

void task_vanish(struct pool *pool, const char *ref)
{
	pool_lock(pool);
	pool_remove(pool, POOL_CLASS_TASK, ref);
	pool_unlock(pool);
}

/* ---- clients' methods ---- */

int call_task_create(struct call *call)
{
	const char *description = call_text(call, 1);
	char ref[TASK_REF_MAX];
	int error = task_create(
		call->pool, call_text(call, 0), description ? description : "", ref);

	if (error < 0)
		return call_fail_error(call, error, "cannot make a task");
	call->result = json_string(ref);
	return 0;
}

int call_task_destroy(struct call *call)
{
	task_vanish(call->pool, call_text(call, 0));
	return 0;
}

int call_task_cancel(struct call *call)
{
	finish(call->pool, call_text(call, 0), "cancelled", NULL, NULL);
	return 0;
}

int call_task_set_status(struct call *call)
{
	static const char *const known[] = { "pending", "success", "failure", "cancelling",
		"cancelled" };
	const char *status = call_text(call, 1);

	for (size_t at = 0; at < sizeof known / sizeof known[0]; at++) {
		if (strcmp(status, known[at]) != 0)
			continue;
		if (at > 0)
			finish(call->pool, call_text(call, 0), status, NULL, NULL);
		return 0;
	}
	return call_fail(call, "INVALID_VALUE", "status", status, NULL);
}
