/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_error.h"

#include <errno.h>
#include <string.h>

#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static json_t *error_with_code(const char *code, const char *message, const char *name)
{
	return json_pack(
		"{s:s, s:o, s:s}", "code", code, "message", xo_text(message), "name", name);
}

json_t *xapi_error_of_status(long status)
{
	AUTO(auto_free) char *message = heap_format("unexpected %ld", status);

	return xo_error(message);
}

/* "connect ECONNREFUSED 127.0.0.1:8080", as Node says it. */
static json_t *error_of_connect(CURL *curl)
{
	AUTO(auto_free) char *message = NULL;
	long number = 0;
	char *url = NULL;
	const char *host;

	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
	curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &url);
	host = url ? strstr(url, "://") : NULL;
	host = host ? host + 3 : "";

	const char *code = number == ECONNREFUSED ? "ECONNREFUSED" : "EHOSTUNREACH";

	message = heap_format("connect %s %.*s", code, (int)strcspn(host, "/"), host);
	return error_with_code(code, message, "Error");
}

/* If the answer had begun, its body timed out, else its head. */
static json_t *error_of_silence(CURL *curl)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 0)
		return error_with_code(
			"UND_ERR_BODY_TIMEOUT", "Body Timeout Error", "BodyTimeoutError");
	return error_with_code(
		"UND_ERR_HEADERS_TIMEOUT", "Headers Timeout Error", "HeadersTimeoutError");
}

json_t *xapi_error_of_curl(CURL *curl, CURLcode code, const char *reason)
{
	if (asked_to_stop())
		return xo_error_of_system(-ECANCELED, "read", NULL);
	switch (code) {
	case CURLE_COULDNT_CONNECT:
		return error_of_connect(curl);
	case CURLE_OPERATION_TIMEDOUT:
		return error_of_silence(curl);
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return error_with_code("ECONNRESET", "read ECONNRESET", "Error");
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return error_with_code("UND_ERR_SOCKET", "other side closed", "SocketError");
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return error_with_code("HPE_INVALID_CONSTANT",
			"Response does not match the HTTP/1.1 protocol (Expected HTTP/)",
			"HTTPParserError");
	default:
		return xo_error(*reason ? reason : curl_easy_strerror(code));
	}
}

static int stop_asked(
	void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
	(void)context;
	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	return asked_to_stop();
}

void xapi_watch_stop(CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, stop_asked);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}
