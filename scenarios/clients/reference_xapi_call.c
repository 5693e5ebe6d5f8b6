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

/* No answer to a call is longer. */
#define ANSWER_MAX_BYTES ((size_t)64 << 20)

struct xapi {
	CURL *curl;
	char *base;	/* "http://HOST:PORT" */
	char *endpoint; /* where calls are sent */
	char *session;	/* its reference; NULL before login */
	struct xapi_patience patience;
};

/* An answer that is being received. */
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

/* Sends TEXT and receives into *ANSWER. */
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
	curl_easy_setopt(
		xapi->curl, CURLOPT_TIMEOUT_MS, (long)(xapi->patience.silence_ns / NS_PER_MS));
	xapi_watch_stop(xapi->curl);
	code = curl_easy_perform(xapi->curl);
	if (code != CURLE_OK)
		return xapi_error_of_curl(xapi->curl, code, reason);
	curl_easy_getinfo(xapi->curl, CURLINFO_RESPONSE_CODE, &status);
	return status / 100 == 2 ? NULL : xapi_error_of_status(status);
}

/* Makes an error of the member "error" of an answer. */
static json_t *error_of_answer(const json_t *error, const char *method)
{
	json_t *made = xo_error_of_xapi(
		member_text(error, "message"), json_object_get(error, "data"));

	json_object_set_new(made, "call", json_pack("{s:s}", "method", method));
	return made;
}

/* Takes over ARGUMENTS, which are complete. */
static json_t *call_raw(struct xapi *xapi, const char *method, json_t *arguments, json_t **ret)
{
	/* The id is always 0, because an answer belongs to its connection. */
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

/* Splits "USER:PASSWORD@" from URL; false if URL does not have both. */
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

json_t *xapi_open(const char *url, const struct xapi_patience *patience, struct xapi **ret)
{
	AUTO(auto_free) char *user = NULL;
	AUTO(auto_free) char *password = NULL;
	struct xapi *xapi = heap_new(sizeof *xapi);
	json_t *session = NULL, *failure;

	xapi->patience = *patience;
	xapi->curl = curl_easy_init();
	if (!xapi->curl || !url_split(url, &xapi->base, &user, &password)) {
		xapi_close(xapi);
		return xo_error("invalid URL, expected http://USER:PASSWORD@HOST:PORT");
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

const struct xapi_patience *xapi_patience(const struct xapi *xapi)
{
	return &xapi->patience;
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
	return xo_error("a record is not an object");
}
