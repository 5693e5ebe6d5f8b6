/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/calls/call.h"

#include <stdarg.h>
#include <stdio.h>

#include "simfs/base/log.h"
#include "simfs/doors/xapi/calls/tasks.h"
#include "simfs/doors/xapi/pool/pool.h"

int call_fail(struct call *call, const char *code, ...)
{
	json_t *failure = json_array();
	const char *at;
	va_list parameters;

	json_array_append_new(failure, json_string(code));
	va_start(parameters, code);
	while ((at = va_arg(parameters, const char *)))
		json_array_append_new(failure, json_string(at));
	va_end(parameters);
	json_decref(call->failure);
	call->failure = failure;
	return CALL_FAILED;
}

/* As in the storage manager's list of errors. */
static const struct {
	unsigned number;
	const char *text;
} backend_texts[] = {
	{ 24, "The VDI is currently in use" },
	{ 44, "There is insufficient space" },
	{ 46, "The VDI is not available" },
	{ 47, "The SR is not available" },
	{ 80, "Failed to mark VDI hidden" },
	{ 81, "Failed to clone VDI" },
	{ 82, "Failed to snapshot VDI" },
	{ 109, "The snapshot chain is too long" },
};

int call_fail_backend(struct call *call, unsigned number, const char *text)
{
	char code[64];

	for (size_t at = 0; !text && at < sizeof backend_texts / sizeof backend_texts[0]; at++)
		if (backend_texts[at].number == number)
			text = backend_texts[at].text;
	snprintf(code, sizeof code, "SR_BACKEND_FAILURE_%u", number);
	return call_fail(call, code, "", text ? text : "", "", NULL);
}

int call_fail_error(struct call *call, int error, const char *what)
{
	char text[256];

	snprintf(text, sizeof text, "%s: %s", what, error_text(error));
	return call_fail(call, "INTERNAL_ERROR", text, NULL);
}

json_t *call_argument(const struct call *call, size_t index)
{
	return json_array_get(call->arguments, index);
}

const char *call_text(const struct call *call, size_t index)
{
	return json_string_value(call_argument(call, index));
}

void call_progress(struct call *call, double share)
{
	if (call->task)
		task_progress(call->pool, call->task, share);
}

/* The share of a copy in the call that makes it. */
#define COPY_SHARE 0.9

void call_copy_progress(void *call, double share)
{
	call_progress(call, share * COPY_SHARE);
}

void call_sr_uuid(struct call *call, const char *sr, char *ret_uuid)
{
	pool_lock(call->pool);
	snprintf(ret_uuid, POOL_UUID_BYTES, "%s", pool_text(call->pool, POOL_CLASS_SR, sr, "uuid"));
	pool_unlock(call->pool);
}
