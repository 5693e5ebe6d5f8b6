/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC 2.0 as XenServer speaks it: params is an array, an error's data are texts. */
#include <errno.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/xapi/calls/internal.h"

#define PARSE_ERROR	(-32700)
#define INVALID_REQUEST (-32600)
#define API_ERROR	1

static json_t *answer_error(json_t *id, int code, const char *message, json_t *data)
{
	return json_pack("{s:s, s:O?, s:{s:i, s:s, s:O?}}", "jsonrpc", "2.0", "id",
		id ? id : json_null(), "error", "code", code, "message", message, "data", data);
}

json_t *answer_result(json_t *id, json_t *result)
{
	json_t *answer = json_pack("{s:s, s:O}", "jsonrpc", "2.0", "id", id ? id : json_null());

	json_object_set_new(answer, "result", result ? json_incref(result) : json_string(""));
	return answer;
}

json_t *answer_failure(json_t *id, json_t *failure)
{
	const char *code = json_string_value(json_array_get(failure, 0));
	json_t *data = json_copy(failure), *answer;

	json_array_remove(data, 0);
	answer = answer_error(id, API_ERROR, code ? code : "INTERNAL_ERROR", data);
	json_decref(data);
	return answer;
}

/*
 * NAME with its dot: "task_create" is task.create, and "Async_VM_snapshot" is Async.VM.snapshot.
 * "Async." is removed.  NULL if out of memory.
 */
static char *method_name(const char *name, bool *ret_is_async)
{
	char *copy, *line;

	*ret_is_async = strncmp(name, "Async.", 6) == 0 || strncmp(name, "Async_", 6) == 0;
	copy = strdup(*ret_is_async ? name + 6 : name);
	if (copy && !strchr(copy, '.') && (line = strchr(copy, '_')))
		*line = '.';
	return copy;
}

int request_decode(const char *text, size_t length, struct request *ret, json_t **ret_answer)
{
	json_error_t error;
	const char *name;

	*ret = (struct request){ .root = json_loadb(text, length, 0, &error) };
	if (!ret->root) {
		*ret_answer = answer_error(NULL, PARSE_ERROR, error.text, NULL);
		return -EINVAL;
	}
	ret->id = json_object_get(ret->root, "id");
	if (json_is_array(ret->id) || json_is_object(ret->id))
		ret->id = NULL;
	name = json_string_value(json_object_get(ret->root, "method"));
	ret->params = json_object_get(ret->root, "params");
	if (name)
		ret->method = method_name(name, &ret->is_async);
	if (ret->method && (!ret->params || json_is_array(ret->params)))
		return 0;
	*ret_answer = answer_error(ret->id, INVALID_REQUEST,
		!json_is_object(ret->root) ? "the request is not an object"
		: !name			   ? "the request has no method"
					   : "the parameters are not an array",
		NULL);
	request_deinit(ret);
	return -EINVAL;
}

void request_deinit(struct request *request)
{
	free(request->method);
	json_decref(request->root);
	*request = (struct request){ 0 };
}
