/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xapi_call.h"
#include "scenarios/clients/reference_xapi_error.h"
#include "scenarios/clients/reference_xapi_silence.h"
#include "scenarios/clients/reference_xapi_task.h"
#include "scenarios/clients/reference_xapi_why.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"

/* A file that is being sent in a request. */
struct source {
	int fd;
	uint64_t length;
	uint64_t sent;
	int error; /* of the file */
};

static size_t source_give(char *bytes, size_t size, size_t count, void *context)
{
	struct source *source = context;
	size_t got = file_read_up_to(source->fd, bytes, size * count, source->sent, &source->error);

	source->sent += got;
	return source->error < 0 || asked_to_stop() ? CURL_READFUNC_ABORT : got;
}

/* The body of the answer says nothing: the status and the task do. */
static size_t answer_pass(char *bytes, size_t size, size_t count, void *context)
{
	(void)bytes;
	(void)context;
	return size * count;
}

static void curl_end(CURL **curl)
{
	curl_easy_cleanup(*curl);
}

static void curl_free_text(char **text)
{
	curl_free(*text);
}

static char *address_of(struct xapi *xapi, CURL *curl, const char *vdi, const char *task)
{
	AUTO(curl_free_text) char *its_vdi = curl_easy_escape(curl, vdi, 0);
	AUTO(curl_free_text) char *session = curl_easy_escape(curl, xapi_session(xapi), 0);
	AUTO(curl_free_text) char *its_task = task ? curl_easy_escape(curl, task, 0) : NULL;

	return heap_format("%s/import_raw_vdi/?format=vhd&vdi=%s&session_id=%s%s%s",
		xapi_base(xapi), its_vdi, session, task ? "&task_id=" : "", task ? its_task : "");
}

/* In the words of Node's own HTTP module, which Xen Orchestra uses for sending, and which differ
 * from those of its module for fetching. */
static json_t *error_of_put(CURL *curl, CURLcode code, const char *reason, bool is_silent)
{
	json_t *made;

	if (is_silent)
		return xo_error("HTTP connection has timed out");
	if (code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_WEIRD_SERVER_REPLY)
		return xapi_error_of_curl(curl, code, reason);
	made = xo_error("Parse Error: Expected HTTP/");
	json_object_set_new(made, "code", json_string("HPE_INVALID_CONSTANT"));
	return made;
}

/* Sends SOURCE, or nothing without a TASK, and waits for the answer. */
static json_t *put(struct xapi *xapi, const char *vdi, const char *task, struct source *source)
{
	AUTO(curl_end) CURL *curl = curl_easy_init();
	AUTO(auto_free) char *address = curl ? address_of(xapi, curl, vdi, task) : NULL;
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	char reason[CURL_ERROR_SIZE] = "";
	struct xapi_silence silence;
	long status = 0;
	CURLcode code;

	if (!curl) {
		curl_slist_free_all(headers);
		return xo_error_of_system(-ENOMEM, "open", NULL);
	}
	curl_easy_setopt(curl, CURLOPT_URL, address);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, source_give);
	curl_easy_setopt(curl, CURLOPT_READDATA, source);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)(task ? source->length : 0));
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_pass);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	xapi_silence_watch(&silence, curl, xapi_patience(xapi)->silence_ns);
	code = curl_easy_perform(curl);
	curl_slist_free_all(headers);
	if (source->error < 0)
		return xo_error_of_system(source->error, "read", NULL);
	if (code != CURLE_OK)
		return error_of_put(curl, code, reason, silence.is_over_limit);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return status / 100 == 2 ? NULL : xapi_error_of_status(status);
}

/* Returns whether FAILURE is only a status, which says less than the task; the host may not know
 * of other failures. */
static bool tells_little(const json_t *failure)
{
	return strncmp(member_text(failure, "message"), "unexpected ", 11) == 0;
}

static json_t *put_and_task(
	struct xapi *xapi, const char *vdi, const char *task, struct source *source)
{
	struct source nothing = { .fd = source->fd };
	json_t *failure = put(xapi, vdi, NULL, &nothing);

	if (!failure)
		failure = put(xapi, vdi, task, source);
	if (!failure)
		return xapi_task_wait(xapi, task, NULL);
	return tells_little(failure) ? xapi_why(xapi, task, failure) : failure;
}

json_t *xapi_import(struct xapi *xapi, const char *vdi, const char *label, const char *path)
{
	AUTO(auto_free)
	char *about = heap_format("[XO] Importing content into VDI %s", label);
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	json_t *task = NULL, *failure;
	struct stat facts;
	struct source source = { .fd = fd };

	if (fd < 0 || fstat(fd, &facts) < 0)
		return xo_error_of_system(-errno, "open", path);
	source.length = (uint64_t)facts.st_size;
	failure = xapi_call(xapi, "task.create", json_pack("[o, s]", xo_text(about), ""), &task);
	if (!failure && !json_is_string(task))
		failure = xo_error("a task has no reference");
	if (!failure)
		failure = put_and_task(xapi, vdi, json_string_value(task), &source);
	if (json_is_string(task))
		json_decref(xapi_do(xapi, "task.destroy", json_string_value(task), NULL));
	json_decref(task);
	return failure;
}
