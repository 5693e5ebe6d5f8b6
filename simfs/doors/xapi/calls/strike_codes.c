/* SPDX-License-Identifier: Apache-2.0 */
/* The codes of XAPI: their parameters are those of a real host. */
#include <stdlib.h>
#include <string.h>

#include "simfs/doors/xapi/calls/internal.h"

#define BACKEND_PREFIX "SR_BACKEND_FAILURE_"

/* The SR of the first argument's first disk, in BUFFER; the null ref if it has none. */
static const char *sr_of(struct call *call, char *buffer)
{
	const char *ref = call_text(call, 0), *vdi = ref ? ref : "";
	enum pool_class class;
	json_t *vbds;

	pool_lock(call->pool);
	if (ref && pool_class_of(call->pool, ref, &class) == 0 && class == POOL_CLASS_VM) {
		vbds = pool_value(call->pool, class, ref, "VBDs");
		vdi = json_array_size(vbds)
			      ? pool_text(call->pool, POOL_CLASS_VBD,
					json_string_value(json_array_get(vbds, 0)), "VDI")
			      : "";
	}
	snprintf(buffer, POOL_REF_BYTES, "%s", pool_text(call->pool, POOL_CLASS_VDI, vdi, "SR"));
	pool_unlock(call->pool);
	return buffer;
}

static int fail_with_text(struct call *call, const char *code, const char *text)
{
	return call_fail(call, code, text, NULL);
}

static int fail_with_class_and_ref(struct call *call, const char *code, const char *text)
{
	char class[32];
	const char *ref = call_text(call, 0);

	(void)text;
	snprintf(class, sizeof class, "%.*s", (int)strcspn(call->method, "."), call->method);
	return call_fail(call, code, class, ref ? ref : "", NULL);
}

static int fail_with_ref_and_operation(struct call *call, const char *code, const char *text)
{
	const char *ref = call_text(call, 0), *dot = strchr(call->method, '.');

	(void)text;
	return call_fail(call, code, ref ? ref : "", dot ? dot + 1 : "", NULL);
}

static int fail_with_sr(struct call *call, const char *code, const char *text)
{
	char sr[POOL_REF_BYTES];

	(void)text;
	return call_fail(call, code, sr_of(call, sr), NULL);
}

static int fail_with_session(struct call *call, const char *code, const char *text)
{
	(void)text;
	return call_fail(call, code, call->session, NULL);
}

static int fail_with_ref(struct call *call, const char *code, const char *text)
{
	const char *ref = call_text(call, 0);

	(void)text;
	return call_fail(call, code, ref ? ref : "", NULL);
}

static int fail_with_method(struct call *call, const char *code, const char *text)
{
	(void)text;
	return call_fail(call, code, call->method, NULL);
}

static int fail_with_user(struct call *call, const char *code, const char *text)
{
	(void)text;
	return call_fail(call, code, call->calls->user, "Authentication failure", NULL);
}

static int fail_with_host(struct call *call, const char *code, const char *text)
{
	char ref[POOL_REF_BYTES];
	json_t *refs;

	(void)text;
	pool_lock(call->pool);
	refs = pool_refs(call->pool, POOL_CLASS_HOST);
	pool_unlock(call->pool);
	snprintf(ref, sizeof ref, "%s",
		json_array_size(refs) ? json_string_value(json_array_get(refs, 0)) : POOL_REF_NULL);
	json_decref(refs);
	return call_fail(call, code, ref, NULL);
}

/* The expected state is the opposite of the present one. */
static int fail_with_power_state(struct call *call, const char *code, const char *text)
{
	const char *ref = call_text(call, 0);
	bool is_running;

	(void)text;
	pool_lock(call->pool);
	is_running = ref && strcmp(pool_text(call->pool, POOL_CLASS_VM, ref, "power_state"),
				    "Running") == 0;
	pool_unlock(call->pool);
	return call_fail(call, code, ref ? ref : "", is_running ? "halted" : "running",
		is_running ? "running" : "halted", NULL);
}

static const struct {
	const char *code;
	const char *text;
	int (*fail)(struct call *call, const char *code, const char *text);
} codes[] = {
	{ "HANDLE_INVALID", NULL, fail_with_class_and_ref },
	{ "HOST_OFFLINE", NULL, fail_with_host },
	{ "HOST_IS_SLAVE", "127.0.0.1", fail_with_text },
	{ "INTERNAL_ERROR", "a fault", fail_with_text },
	{ "LICENCE_RESTRICTION", "PCI_device_for_auto_update", fail_with_text },
	{ "LICENSE_RESTRICTION", "PCI_device_for_auto_update", fail_with_text },
	{ "OPERATION_NOT_ALLOWED", "a fault", fail_with_text },
	{ "OTHER_OPERATION_IN_PROGRESS", NULL, fail_with_class_and_ref },
	{ "MESSAGE_METHOD_UNKNOWN", NULL, fail_with_method },
	{ "SESSION_AUTHENTICATION_FAILED", NULL, fail_with_user },
	{ "SESSION_INVALID", NULL, fail_with_session },
	{ "SR_OPERATION_NOT_SUPPORTED", NULL, fail_with_sr },
	{ "UUID_INVALID", NULL, fail_with_class_and_ref },
	{ "VDI_IN_USE", NULL, fail_with_ref_and_operation },
	{ "VDI_IO_ERROR", "Device I/O errors", fail_with_text },
	{ "VDI_NO_CBT_METADATA", NULL, fail_with_ref },
	{ "VM_BAD_POWER_STATE", NULL, fail_with_power_state },
};

int strike_fail(struct call *call, const char *code)
{
	if (strncmp(code, BACKEND_PREFIX, strlen(BACKEND_PREFIX)) == 0)
		return call_fail_backend(
			call, (unsigned)strtoul(code + strlen(BACKEND_PREFIX), NULL, 10), NULL);
	for (size_t at = 0; at < sizeof codes / sizeof codes[0]; at++)
		if (strcmp(code, codes[at].code) == 0)
			return codes[at].fail(call, code, codes[at].text);
	return call_fail(call, code, NULL);
}

bool strike_is_of_the_call(const char *code)
{
	static const char *const of_calls[] = { "HOST_IS_SLAVE", "SESSION_INVALID",
		"TOO_MANY_PENDING_TASKS" };

	for (size_t at = 0; at < sizeof of_calls / sizeof of_calls[0]; at++)
		if (strcmp(code, of_calls[at]) == 0)
			return true;
	return false;
}
