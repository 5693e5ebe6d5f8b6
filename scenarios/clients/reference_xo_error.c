/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xo_error.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

json_t *xo_text(const char *text)
{
	json_t *made = json_string(text);
	AUTO(auto_free) char *plain = NULL;

	if (made)
		return made;
	plain = heap_copy(text);
	for (char *at = plain; *at; at++) {
		if (!isascii((unsigned char)*at))
			*at = '?';
	}
	return json_string(plain);
}

json_t *xo_error(const char *message)
{
	return json_pack("{s:o, s:s}", "message", xo_text(message), "name", "Error");
}

json_t *xo_error_of_xapi(const char *code, const json_t *params)
{
	AUTO(auto_free) char *message = heap_format("%s(", code);
	json_t *param;
	size_t i;

	json_array_foreach(params, i, param)
	{
		AUTO(auto_free) char *before = message;
		const char *text = json_string_value(param);

		message = heap_format("%s%s%s", before, i > 0 ? ", " : "", text ? text : "");
	}

	AUTO(auto_free) char *whole = heap_format("%s)", message);

	return json_pack("{s:o, s:o, s:o, s:s}", "code", xo_text(code), "params",
		params ? json_deep_copy(params) : json_array(), "message", xo_text(whole), "name",
		"XapiError");
}

/* WHY is "…CODE(text)": adds the parts of text to PARAMS.  Returns CODE, or NULL.  The caller
 * frees it. */
static char *xapi_read(const char *why, json_t *params)
{
	const char *code = strstr(why, "SR_BACKEND_FAILURE_");
	size_t length = code ? strcspn(code, "(") : 0;
	const char *end = code ? strrchr(code, ')') : NULL;

	if (!code || !end || code[length] != '(')
		return NULL;
	for (const char *at = code + length + 1; at <= end;) {
		const char *comma = strstr(at, ", ");
		const char *stop = comma && comma < end ? comma : end;

		json_array_append_new(params, json_stringn(at, (size_t)(stop - at)));
		at = stop + 2;
	}
	return heap_format("%.*s", (int)length, code);
}

json_t *xo_error_of_snapshot(const char *why, int error)
{
	json_t *params = json_array();
	AUTO(auto_free) char *code = xapi_read(why, params);
	json_t *made;

	if (!code) {
		AUTO(auto_free)
		char *text = heap_format("Failed to snapshot VDI [opterr=%s]", error_text(error));

		code = heap_copy("SR_BACKEND_FAILURE_82");
		json_array_append_new(params, json_string(""));
		json_array_append_new(params, json_string(text));
		json_array_append_new(params, json_string(""));
	}
	made = xo_error_of_xapi(code, params);
	json_object_set_new(made, "call", json_pack("{s:s}", "method", "VM.snapshot"));
	json_decref(params);
	return made;
}

json_t *xo_error_of_source(void)
{
	json_t *params = json_pack("[s]", "Device I/O errors");
	json_t *made = xo_error_of_xapi("VDI_IO_ERROR", params);

	json_object_set_new(made, "task",
		json_pack("{s:s, s:s, s:[s,s]}", "name_label", "[XO] VDI Content Export", "status",
			"failure", "error_info", "VDI_IO_ERROR", "Device I/O errors"));
	json_decref(params);
	return made;
}

json_t *xo_error_of_system(int error, const char *call, const char *path)
{
	/* Node's texts are those of the C library, except for the first letter and for EIO. */
	AUTO(auto_free) char *text = heap_copy(error == -EIO ? "i/o error" : error_text(error));
	json_t *made;

	*text = (char)tolower((unsigned char)*text);

	AUTO(auto_free)
	char *message = path ? heap_format("%s: %s, %s '%s'", error_name(error), text, call, path)
			     : heap_format("%s: %s, %s", error_name(error), text, call);

	made = xo_error(message);
	json_object_set_new(made, "code", json_string(error_name(error)));
	json_object_set_new(made, "errno", json_integer(error));
	json_object_set_new(made, "syscall", json_string(call));
	if (path)
		json_object_set_new(made, "path", xo_text(path));
	return made;
}

json_t *xo_error_locked(const char *folder)
{
	json_t *made = xo_error("Lock file is already being held");

	json_object_set_new(made, "code", json_string("ELOCKED"));
	json_object_set_new(made, "file", xo_text(folder));
	return made;
}

json_t *xo_error_short(size_t actual, size_t expected)
{
	AUTO(auto_free)
	char *message = heap_format(
		"stream has ended with not enough data (actual: %zu, expected: %zu)", actual,
		expected);

	return xo_error(message);
}

json_t *xo_error_not_equal(size_t actual, size_t expected)
{
	AUTO(auto_free)
	char *message = heap_format(
		"Expected values to be strictly equal:\n\n%zu !== %zu\n", actual, expected);

	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:s}", "code", "ERR_ASSERTION", "message",
		message, "name", "AssertionError", "actual", (json_int_t)actual, "expected",
		(json_int_t)expected, "operator", "strictEqual");
}
