/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_export.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <curl/curl.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xapi_call.h"
#include "scenarios/clients/reference_xapi_error.h"
#include "scenarios/clients/reference_xapi_silence.h"
#include "scenarios/clients/reference_xapi_task.h"
#include "scenarios/clients/reference_xapi_vhd.h"
#include "scenarios/clients/reference_xapi_why.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* What a server that fails in the middle of an answer writes into it. */
static const char pasted_head[] = "HTTP/";
#define HEAD_BYTES (sizeof pasted_head - 1)

/* A stream that is being written to a file. */
struct sink {
	int fd;
	uint64_t length;
	int error; /* of the file */
	char head[HEAD_BYTES];
};

static size_t sink_take(char *bytes, size_t size, size_t count, void *context)
{
	struct sink *sink = context;
	size_t length = size * count;

	for (size_t i = 0; i < length && sink->length + i < HEAD_BYTES; i++)
		sink->head[sink->length + i] = bytes[i];
	sink->error = write_all(sink->fd, bytes, length);
	if (sink->error < 0 || asked_to_stop())
		return 0;
	sink->length += length;
	return length;
}

static bool is_pasted(const struct sink *sink)
{
	return memcmp(sink->head, pasted_head, HEAD_BYTES) == 0;
}

static void curl_free_text(char **text)
{
	curl_free(*text);
}

static char *address_of(
	struct xapi *xapi, CURL *curl, const struct xapi_export *wish, const char *task)
{
	AUTO(curl_free_text) char *vdi = curl_easy_escape(curl, wish->vdi, 0);
	AUTO(curl_free_text) char *base = wish->base ? curl_easy_escape(curl, wish->base, 0) : NULL;
	AUTO(curl_free_text) char *session = curl_easy_escape(curl, xapi_session(xapi), 0);
	AUTO(curl_free_text) char *its_task = curl_easy_escape(curl, task, 0);

	return heap_format("%s/export_raw_vdi/?format=vhd&vdi=%s%s%s&session_id=%s&task_id=%s",
		xapi_base(xapi), vdi, base ? "&base=" : "", base ? base : "", session, its_task);
}

/* Receives the whole stream. */
static json_t *stream_take(struct xapi *xapi, CURL *curl, const char *address, struct sink *sink)
{
	char reason[CURL_ERROR_SIZE] = "";
	struct xapi_silence silence;
	long status = 0;
	CURLcode code;

	curl_easy_setopt(curl, CURLOPT_URL, address);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, sink_take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, sink);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	xapi_silence_watch(&silence, curl, xapi_patience(xapi)->silence_ns);
	code = curl_easy_perform(curl);
	if (silence.is_over_limit)
		code = CURLE_OPERATION_TIMEDOUT;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_HTTP_RETURNED_ERROR)
		return xapi_error_of_status(status);
	if (code == CURLE_WRITE_ERROR && sink->error < 0)
		return xo_error_of_system(sink->error, "write", NULL);
	if (is_pasted(sink))
		return xo_error("invalid HTTP header in response body");
	return code == CURLE_OK ? NULL : xapi_error_of_curl(curl, code, reason);
}

static void curl_end(CURL **curl)
{
	curl_easy_cleanup(*curl);
}

static bool is_of_silence(const json_t *failure)
{
	return strcmp(member_text(failure, "code"), "UND_ERR_BODY_TIMEOUT") == 0;
}

/*
 * Receives the stream, and what the host says about it.  If the stream was cut off, the host may
 * know why; if it is complete, the host may still have failed to read the disk.
 */
static json_t *stream_and_task(
	struct xapi *xapi, const struct xapi_export *wish, const char *task, struct sink *sink)
{
	AUTO(curl_end) CURL *curl = curl_easy_init();
	AUTO(auto_free) char *address = curl ? address_of(xapi, curl, wish, task) : NULL;
	json_t *failure = curl ? stream_take(xapi, curl, address, sink)
			       : xo_error_of_system(-ENOMEM, "open", NULL);

	if (!failure)
		return xapi_task_wait(xapi, task, NULL);
	/* The host knows nothing about a transfer that was ended here. */
	if (sink->error < 0 || asked_to_stop() || sink->length == 0 || is_pasted(sink) ||
		is_of_silence(failure))
		return failure;
	return xapi_why(xapi, task, failure);
}

static json_t *publish(
	const struct xapi_export *wish, const struct sink *sink, struct pending_file *file)
{
	struct xapi_vhd vhd;
	json_t *failure = xapi_vhd_check(file->fd, sink->length, &vhd);
	int error;

	if (failure)
		return failure;
	if (vhd.is_differencing != (wish->base != NULL))
		return xo_error_not_equal(vhd.is_differencing, wish->base != NULL);
	error = xapi_vhd_name(file->fd, &vhd, wish->vdi_uuid, wish->base_uuid, wish->parent_name);
	if (error == 0)
		error = pending_file_publish(file);
	return error < 0 ? xo_error_of_system(error, "write", wish->path) : NULL;
}

json_t *xapi_export(struct xapi *xapi, const struct xapi_export *wish, uint64_t *ret_bytes)
{
	AUTO(auto_free)
	char *label = heap_format("[XO] Exporting content of VDI %s as vhd stream", wish->label);
	AUTO(pending_file_deinit) struct pending_file file = { .fd = -1 };
	int error = pending_file_create(wish->path, &file);
	json_t *task = NULL, *failure;
	struct sink sink = { .fd = file.fd };

	if (error < 0)
		return xo_error_of_system(error, "open", wish->path);
	failure = xapi_call(xapi, "task.create", json_pack("[o, s]", xo_text(label), ""), &task);
	if (!failure && !json_is_string(task))
		failure = xo_error("a task has no reference");
	if (!failure)
		failure = stream_and_task(xapi, wish, json_string_value(task), &sink);
	if (!failure)
		failure = publish(wish, &sink, &file);
	if (json_is_string(task))
		json_decref(xapi_do(xapi, "task.destroy", json_string_value(task), NULL));
	json_decref(task);
	*ret_bytes = sink.length;
	return failure;
}
