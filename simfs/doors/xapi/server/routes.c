/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/server/routes.h"

#include <stdlib.h>
#include <string.h>

#define JSONRPC_PATH "/jsonrpc"

/* Today's clients accept nothing else for JSON-RPC, not even with a charset appended. */
#define JSON_TYPE "application/json"

/* A job for a worker. */
struct errand {
	struct routes *routes;
	struct http_request *request;
};

static bool is_transfer(void *context, const char *method, const char *path)
{
	(void)context;
	(void)method;
	return transfers_takes(path);
}

static void answer_status(struct http_request *request, unsigned status, const char *text)
{
	char *body = strdup(text);

	http_answer(request, status, "text/plain", body, body ? strlen(body) : 0);
}

static void reply(void *context, enum reply_kind kind, char *text, size_t length)
{
	switch (kind) {
	case REPLY_TEXT:
		http_answer(context, 200, JSON_TYPE, text, length);
		return;
	case REPLY_STATUS:
		answer_status(context, 500, "Internal Server Error\n");
		return;
	case REPLY_GARBAGE:
		http_answer_raw(context, text, length);
		return;
	case REPLY_RESET:
		http_answer_reset(context);
		return;
	}
}

static void perform_call(void *context)
{
	struct errand *errand = context;
	size_t length;
	const char *text = http_request_body(errand->request, &length);

	if (atomic_load(&errand->routes->is_ending))
		answer_status(errand->request, 503, "the server ends\n");
	else
		calls_perform(errand->routes->calls, text, length, reply, errand->request);
	free(errand);
}

static void take_request(void *context, struct http_request *request)
{
	struct routes *routes = context;
	struct errand *errand;

	if (strcmp(http_request_path(request), JSONRPC_PATH) != 0) {
		answer_status(request, 404, "there is POST /jsonrpc, and transfers\n");
		return;
	}
	if (strcmp(http_request_method(request), "POST") != 0) {
		answer_status(request, 405, "calls must use POST\n");
		return;
	}
	errand = calloc(1, sizeof *errand);
	if (errand)
		*errand = (struct errand){ routes, request };
	if (!errand || workers_give(routes->workers, perform_call, errand) < 0) {
		free(errand);
		answer_status(request, 503, "out of memory\n");
	}
}

static void take_transfer(void *context, struct wire *wire)
{
	transfers_begin(((struct routes *)context)->transfers, wire);
}

static void lose_transfer(void *context, struct wire *wire)
{
	transfers_lose(((struct routes *)context)->transfers, wire);
}

void routes_end(struct routes *routes)
{
	atomic_store(&routes->is_ending, true);
}

struct http_handlers routes_handlers(struct routes *routes)
{
	return (struct http_handlers){ .context = routes,
		.is_transfer = is_transfer,
		.request = take_request,
		.transfer = take_transfer,
		.lost = lose_transfer };
}
