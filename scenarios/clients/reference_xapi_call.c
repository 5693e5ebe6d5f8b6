/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_call.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <curl/curl.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xapi_error.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

/* How long an event.from is asked to wait, as Xen Orchestra asks; but never into our own silence.
 */
#define EVENT_SECONDS 60.1

/* The longest that a call of XAPI may take, and how often in a row its events may be lost. */
#define CALL_NS	   (3600 * NS_PER_S)
#define LOSSES_MAX 10

/* No answer of a call is longer. */
#define ANSWER_MAX_BYTES ((size_t)64 << 20)

struct xapi {
	CURL *curl;
	char *base;	/* "http://HOST:PORT" */
	char *endpoint; /* where calls go */
	char *session;	/* its reference; NULL before login */
	uint64_t silence_ns;
	unsigned losses; /* of events, in a row */
};

/* An answer on its way. */
struct answer {
	char *bytes;
	size_t length;
};

/* ---- one exchange ---- */

static size_t answer_take(char *bytes, size_t size, size_t count, void *context)
{
	struct answer *answer = context;
	size_t length = size * count;

	if (asked_to_stop() || answer->length + length > ANSWER_MAX_BYTES)
		return 0;

	char *grown = realloc(answer->bytes, answer->length + length + 1);

	if (!grown)
		return 0;
	answer->bytes = grown;
	memcpy(grown + answer->length, bytes, length);
	answer->length += length;
	grown[answer->length] = '\0';
	return length;
}

static void answer_deinit(struct answer *answer)
{
	free(answer->bytes);
}

static void headers_free(struct curl_slist **headers)
{
	curl_slist_free_all(*headers);
}

/* Sends TEXT and takes what comes into *ANSWER. */
static json_t *exchange(struct xapi *xapi, const char *text, struct answer *answer)
{
	AUTO(headers_free)
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	char reason[CURL_ERROR_SIZE] = "";
	CURLcode code;
	long status = 0;

	curl_easy_reset(xapi->curl);
	curl_easy_setopt(xapi->curl, CURLOPT_URL, xapi->endpoint);
	curl_easy_setopt(xapi->curl, CURLOPT_POSTFIELDS, text);
	curl_easy_setopt(xapi->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(xapi->curl, CURLOPT_WRITEFUNCTION, answer_take);
	curl_easy_setopt(xapi->curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(xapi->curl, CURLOPT_ERRORBUFFER, reason);
	curl_easy_setopt(xapi->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(xapi->curl, CURLOPT_TIMEOUT_MS, (long)(xapi->silence_ns / NS_PER_MS));
	xapi_watch_stop(xapi->curl);
	code = curl_easy_perform(xapi->curl);
	if (code != CURLE_OK)
		return xapi_error_of_curl(xapi->curl, code, reason);
	curl_easy_getinfo(xapi->curl, CURLINFO_RESPONSE_CODE, &status);
	return status / 100 == 2 ? NULL : xapi_error_of_status(status);
}

/* What the member "error" of an answer says. */
static json_t *error_of_answer(const json_t *error, const char *method)
{
	json_t *made = xo_error_of_xapi(
		member_text(error, "message"), json_object_get(error, "data"));

	json_object_set_new(made, "call", json_pack("{s:s}", "method", method));
	return made;
}

/* ARGUMENTS are whole, and taken. */
static json_t *call_raw(struct xapi *xapi, const char *method, json_t *arguments, json_t **ret)
{
	/* The id is 0, always: an answer belongs to its connection. */
	json_t *request = json_pack("{s:s, s:s, s:o, s:i}", "jsonrpc", "2.0", "method", method,
		"params", arguments, "id", 0);
	AUTO(auto_free) char *text = json_dumps(request, JSON_COMPACT);
	AUTO(answer_deinit) struct answer answer = { 0 };
	json_t *parsed, *error, *failure;

	json_decref(request);
	if (!text)
		return xo_error("Invalid JSON-RPC request");
	failure = exchange(xapi, text, &answer);
	if (failure)
		return failure;
	parsed = answer.bytes ? json_loadb(answer.bytes, answer.length, 0, NULL) : NULL;
	if (!json_is_object(parsed)) {
		json_decref(parsed);
		return xo_error("Unexpected end of JSON input");
	}
	error = json_object_get(parsed, "error");
	if (json_is_object(error))
		failure = error_of_answer(error, method);
	else if (ret)
		*ret = json_incref(json_object_get(parsed, "result"));
	json_decref(parsed);
	return failure;
}

/* ---- the session ---- */

/* Takes "USER:PASSWORD@" out of URL; false: it is no URL with both. */
static bool url_split(const char *url, char **ret_base, char **ret_user, char **ret_password)
{
	const char *host = strstr(url, "://");
	const char *at, *colon;

	if (!host)
		return false;
	host += 3;
	at = strrchr(host, '@');
	colon = strchr(host, ':');
	if (!at || !colon || colon > at)
		return false;
	*ret_base = heap_format(
		"%.*s%.*s", (int)(host - url), url, (int)strcspn(at + 1, "/"), at + 1);
	*ret_user = heap_format("%.*s", (int)(colon - host), host);
	*ret_password = heap_format("%.*s", (int)(at - colon - 1), colon + 1);
	return true;
}

json_t *xapi_open(const char *url, uint64_t silence_ns, struct xapi **ret)
{
	AUTO(auto_free) char *user = NULL;
	AUTO(auto_free) char *password = NULL;
	struct xapi *xapi = heap_new(sizeof *xapi);
	json_t *session = NULL, *failure;

	xapi->silence_ns = silence_ns;
	xapi->curl = curl_easy_init();
	if (!xapi->curl || !url_split(url, &xapi->base, &user, &password)) {
		xapi_close(xapi);
		return xo_error("invalid URL, which is none of http://USER:PASSWORD@HOST:PORT");
	}
	xapi->endpoint = heap_format("%s/jsonrpc", xapi->base);
	failure = call_raw(xapi, "session.login_with_password",
		json_pack("[s, s, s, s]", user, password, "", "snaprig"), &session);
	if (!failure && json_is_string(session))
		xapi->session = heap_copy(json_string_value(session));
	else if (!failure)
		failure = xo_error("the session has no reference");
	json_decref(session);
	if (failure)
		xapi_close(xapi);
	else
		*ret = xapi;
	return failure;
}

void xapi_close(struct xapi *xapi)
{
	if (!xapi)
		return;
	if (xapi->session)
		json_decref(xapi_do(xapi, "session.logout", NULL));
	curl_easy_cleanup(xapi->curl);
	free(xapi->base);
	free(xapi->endpoint);
	free(xapi->session);
	free(xapi);
}

const char *xapi_base(const struct xapi *xapi)
{
	return xapi->base;
}

const char *xapi_session(const struct xapi *xapi)
{
	return xapi->session;
}

uint64_t xapi_silence_ns(const struct xapi *xapi)
{
	return xapi->silence_ns;
}

/* ---- calls ---- */

json_t *xapi_call(struct xapi *xapi, const char *method, json_t *arguments, json_t **ret)
{
	json_array_insert_new(arguments, 0, json_string(xapi->session));
	return call_raw(xapi, method, arguments, ret);
}

json_t *xapi_do(struct xapi *xapi, const char *method, ...)
{
	json_t *arguments = json_array();
	va_list texts;

	va_start(texts, method);
	for (const char *text; (text = va_arg(texts, const char *));)
		json_array_append_new(arguments, xo_text(text));
	va_end(texts);
	return xapi_call(xapi, method, arguments, NULL);
}

json_t *xapi_record(struct xapi *xapi, const char *class, const char *ref, json_t **ret)
{
	AUTO(auto_free) char *method = heap_format("%s.get_record", class);
	json_t *failure = xapi_call(xapi, method, json_pack("[s]", ref), ret);

	if (failure || json_is_object(*ret))
		return failure;
	json_decref(TAKE_PTR(*ret));
	return xo_error("a record is no object");
}

/* ---- tasks ---- */

/* The state of TASK in EVENTS, or NULL.  *RET_IS_GONE: it was destroyed. */
static const json_t *task_of(const json_t *events, const char *task, bool *ret_is_gone)
{
	const json_t *found = NULL, *event;
	size_t i;

	json_array_foreach(events, i, event)
	{
		if (strcmp(member_text(event, "ref"), task) != 0)
			continue;
		*ret_is_gone = strcmp(member_text(event, "operation"), "del") == 0;
		found = json_object_get(event, "snapshot");
	}
	return found;
}

static json_t *task_failure(const json_t *record)
{
	json_t *info = json_object_get(record, "error_info");
	const char *status = member_text(record, "status");
	const char *code = json_string_value(json_array_get(info, 0));
	json_t *params, *made;

	if (!code)
		return xo_error(strcmp(status, "cancelled") == 0 ? "TASK_CANCELLED" : status);
	params = json_copy(info);
	json_array_remove(params, 0);
	made = xo_error_of_xapi(code, params);
	json_decref(params);
	json_object_set_new(made, "task",
		json_pack("{s:s, s:s, s:O}", "name_label", member_text(record, "name_label"),
			"status", status, "error_info", info));
	return made;
}

/* "<value>TEXT</value>", also "<value><string>TEXT</string></value>", or "": the caller's. */
static char *result_read(const char *text)
{
	static const char *const tags[] = { "<value>", "<string>" };

	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		if (strncmp(text, tags[i], strlen(tags[i])) == 0)
			text += strlen(tags[i]);
	}
	return heap_format("%.*s", (int)strcspn(text, "<"), text);
}

/* What became of a task with RECORD. */
static json_t *task_outcome(const json_t *record, char **ret_result)
{
	if (strcmp(member_text(record, "status"), "success") != 0)
		return task_failure(record);
	if (ret_result)
		*ret_result = result_read(member_text(record, "result"));
	return NULL;
}

/* The next events of tasks since *TOKEN, which moves on. */
static json_t *events_next(struct xapi *xapi, json_t **token, json_t **ret)
{
	double silence_s = (double)xapi->silence_ns / NS_PER_S;
	double wait_s = silence_s / 2 < EVENT_SECONDS ? silence_s / 2 : EVENT_SECONDS;
	json_t *failure = xapi_call(
		xapi, "event.from", json_pack("[[s], O, f]", "task", *token, wait_s), ret);
	json_t *next = failure ? NULL : json_object_get(*ret, "token");

	if (failure && strcmp(member_text(failure, "code"), "EVENTS_LOST") == 0 &&
		++xapi->losses < LOSSES_MAX) {
		/* From the beginning, then: every task is told of again. */
		json_decref(failure);
		json_decref(*token);
		*token = json_string("");
		*ret = json_object();
		return NULL;
	}
	if (!failure && !json_is_string(next))
		return xo_error("event.from gave no token");
	if (!failure) {
		xapi->losses = 0;
		json_decref(*token);
		*token = json_incref(next);
	}
	return failure;
}

json_t *xapi_task_wait(struct xapi *xapi, const char *task, char **ret_result)
{
	json_t *token = json_string(""), *failure = NULL;
	uint64_t until_ns = clock_now_ns() + CALL_NS;
	bool is_over = false;

	while (!is_over && !failure) {
		json_t *events = NULL;
		const json_t *record;
		bool tells_all = *json_string_value(token) == '\0', is_gone = false;

		failure = events_next(xapi, &token, &events);
		record = task_of(json_object_get(events, "events"), task, &is_gone);
		/* The first answer has every task that there is. */
		is_gone = is_gone || (tells_all && !record && json_object_get(events, "events"));
		if (!failure && is_gone)
			failure = xo_error("task has been destroyed before completion");
		is_over = record && strcmp(member_text(record, "status"), "pending") != 0;
		if (!failure && is_over)
			failure = task_outcome(record, ret_result);
		json_decref(events);
		if (!failure && !is_over && asked_to_stop())
			failure = xo_error_of_system(-ECANCELED, "event.from", NULL);
		if (!failure && !is_over && clock_now_ns() > until_ns)
			failure = xo_error("operation timed out");
	}
	json_decref(token);
	return failure;
}

json_t *xapi_task_failure(struct xapi *xapi, const char *task)
{
	json_t *record = NULL, *failure = xapi_record(xapi, "task", task, &record);
	json_t *why = NULL;

	if (!failure && strcmp(member_text(record, "status"), "failure") == 0)
		why = task_failure(record);
	json_decref(failure);
	json_decref(record);
	return why;
}

json_t *xapi_run(struct xapi *xapi, const char *method, json_t *arguments, char **ret_ref)
{
	AUTO(auto_free) char *async = heap_format("Async.%s", method);
	json_t *task = NULL, *failure;

	failure = xapi_call(xapi, async, arguments, &task);
	if (failure)
		return failure;
	if (!json_is_string(task)) {
		json_decref(task);
		return xo_error("a task has no reference");
	}
	failure = xapi_task_wait(xapi, json_string_value(task), ret_ref);
	/* It was only for us; a pool that does not answer has no use for it either. */
	json_decref(xapi_do(xapi, "task.destroy", json_string_value(task), NULL));
	json_decref(task);
	if (failure)
		json_object_set_new(failure, "call", json_pack("{s:s}", "method", method));
	return failure;
}
