/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to requests that are no transfers: http.h. */
#include <stdlib.h>
#include <sys/socket.h>

#include "simfs/doors/xapi/http/exchange.h"

const char *http_request_method(const struct http_request *request)
{
	return ((const struct exchange *)request)->method;
}

const char *http_request_path(const struct http_request *request)
{
	return ((const struct exchange *)request)->path;
}

const char *http_request_body(const struct http_request *request, size_t *ret_length)
{
	const struct exchange *exchange = (const struct exchange *)request;

	*ret_length = exchange->length;
	return exchange->body ? exchange->body : "";
}

void http_answer(struct http_request *request, unsigned status, const char *content_type,
	char *body, size_t length)
{
	struct exchange *exchange = (struct exchange *)request;
	struct MHD_Response *response = MHD_create_response_from_buffer(
		length, body, MHD_RESPMEM_MUST_FREE);

	if (!response)
		free(body);
	else if (content_type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	exchange->status = status;
	exchange->response = response;
	exchange_finish(exchange);
	exchange_give_up(exchange);
}

void http_answer_reset(struct http_request *request)
{
	struct exchange *exchange = (struct exchange *)request;

	exchange_reset(exchange);
	exchange_finish(exchange);
	exchange_give_up(exchange);
}

void http_answer_raw(struct http_request *request, char *bytes, size_t length)
{
	struct exchange *exchange = (struct exchange *)request;

	/* A few bytes, for which a socket with nothing written has room. */
	(void)!send(exchange->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
	free(bytes);
	exchange_finish(exchange);
	exchange_give_up(exchange);
}
