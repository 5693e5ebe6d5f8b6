/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xo_log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "scenarios/base/json_member.h"
#include "scenarios/base/whole_file.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

/* With these messages, nothing has failed: there was nothing to do, or it was better not to. */
static const char *const skipping[] = {
	"no disks found",
	"no VMs match this pattern",
	XO_UNHEALTHY,
};

static json_int_t now_ms(void)
{
	return clock_wall_ns() / (json_int_t)NS_PER_MS;
}

char *xo_uuid(const char *what, const char *name)
{
	AUTO(auto_free) char *text = heap_format("%s %s", what, name);
	XXH128_hash_t hash = XXH3_128bits(text, strlen(text));

	return heap_format("%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
		hash.high64 >> 32, hash.high64 >> 16 & 0xffff, hash.high64 & 0xffff,
		hash.low64 >> 48, hash.low64 & 0xffffffffffff);
}

json_t *xo_log_begin(const char *name, const char *mode)
{
	AUTO(auto_free) char *job_id = xo_uuid("job", name);
	AUTO(auto_free) char *schedule_id = xo_uuid("schedule", name);
	json_int_t start = now_ms();
	AUTO(auto_free) char *id = heap_format("%" JSON_INTEGER_FORMAT, start);

	return json_pack("{s:{s:s, s:s}, s:s, s:s, s:o, s:s, s:s, s:I, s:s}", "data", "mode", mode,
		"reportWhen", "always", "id", id, "jobId", job_id, "jobName", xo_text(name),
		"message", "backup", "scheduleId", schedule_id, "start", start, "status",
		"pending");
}

json_t *xo_task_begin(json_t *parent, const char *message, json_t *data)
{
	json_t *tasks = json_object_get(parent, "tasks");

	if (!tasks) {
		tasks = json_array();
		json_object_set_new(parent, "tasks", tasks);
	}

	const char *parent_id = json_string_value(json_object_get(parent, "id"));
	AUTO(auto_free) char *id = heap_format("%s.%zu", parent_id, json_array_size(tasks));
	json_t *task = json_pack("{s:s, s:s, s:I, s:s}", "id", id, "message", message, "start",
		now_ms(), "status", "pending");

	if (data)
		json_object_set_new(task, "data", data);
	json_array_append_new(tasks, task);
	return task;
}

/* The task's own status, which depends on its error. */
static const char *own_status(const json_t *task)
{
	const char *status = member_text(task, "status");
	const char *message = member_text(json_object_get(task, "result"), "message");

	for (size_t i = 0; i < sizeof skipping / sizeof skipping[0]; i++) {
		if (strcmp(status, "failure") == 0 && strcmp(message, skipping[i]) == 0)
			return "skipped";
	}
	return status;
}

static bool was_retried(const json_t *task)
{
	json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(task, "warnings"), i, warning)
	{
		if (json_is_true(json_object_get(json_object_get(warning, "data"), "isRetry")))
			return true;
	}
	return false;
}

/* Returns whether another of TASKS has done what CHILD should have done. */
static bool is_superseded(const json_t *child, const json_t *tasks)
{
	json_t *other;
	size_t i;

	json_array_foreach(tasks, i, other)
	{
		if (strcmp(member_text(other, "status"), "success") == 0 &&
			strcmp(member_text(other, "message"), member_text(child, "message")) == 0)
			return true;
	}
	return false;
}

const char *xo_task_status(const json_t *task)
{
	const char *status = own_status(task);
	json_t *tasks = json_object_get(task, "tasks"), *child;
	bool retried = was_retried(task);
	size_t i;

	if (strcmp(status, "failure") == 0)
		return status;
	json_array_foreach(tasks, i, child)
	{
		const char *its = member_text(child, "status");
		bool counts = !retried || !is_superseded(child, tasks);

		if (strcmp(its, "failure") == 0 && counts)
			return "failure";
		if ((strcmp(its, "skipped") == 0 || strcmp(its, "interrupted") == 0) && counts)
			status = its;
	}
	return status;
}

static void task_close(json_t *task, const char *status, json_t *result)
{
	json_object_set_new(task, "end", json_integer(now_ms()));
	json_object_set_new(task, "status", json_string(status));
	if (result)
		json_object_set_new(task, "result", result);
	json_object_set_new(task, "status", json_string(xo_task_status(task)));
}

void xo_task_end(json_t *task, json_t *result)
{
	task_close(task, "success", result);
}

void xo_task_fail(json_t *task, json_t *error)
{
	const char *code = json_string_value(json_object_get(error, "code"));

	/* The process that was stopped is the one that would have recorded why. */
	if (code && strcmp(code, error_name(-ECANCELED)) == 0)
		task_close(task, "interrupted", NULL);
	else
		task_close(task, "failure", json_incref(error));
}

bool xo_log_interrupt(json_t *log)
{
	const char *status = json_string_value(json_object_get(log, "status"));
	json_t *child;
	size_t i;

	if (!status || strcmp(status, "pending") != 0)
		return false;
	json_object_set_new(log, "status", json_string("interrupted"));
	json_array_foreach(json_object_get(log, "tasks"), i, child) xo_log_interrupt(child);
	return true;
}

void xo_task_warn(json_t *task, const char *message, json_t *data)
{
	json_t *warnings = json_object_get(task, "warnings");
	json_t *warning = json_pack("{s:s}", "message", message);

	if (!warnings) {
		warnings = json_array();
		json_object_set_new(task, "warnings", warnings);
	}
	if (data)
		json_object_set_new(warning, "data", data);
	json_array_append_new(warnings, warning);
}

void xo_task_retry(json_t *task, unsigned attempt, json_t *error)
{
	xo_task_warn(task, "Retry the VM backup due to an error",
		json_pack(
			"{s:i, s:O, s:b}", "attempt", (int)attempt, "error", error, "isRetry", 1));
}

int xo_log_write(const json_t *log, const char *path)
{
	AUTO(auto_free) char *text = json_dumps(log, JSON_INDENT(2));
	struct whole_file whole;
	int error;

	if (!text)
		return -ENOMEM;
	error = whole_file_begin(&whole, path);
	if (error < 0)
		return error;
	/* As private as the image beside it, if the file system has modes. */
	(void)fchmod(fileno(whole.file), 0600);
	fprintf(whole.file, "%s\n", text);
	return whole_file_end(&whole);
}
