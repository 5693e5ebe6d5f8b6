/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_task.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xapi_call.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

/* How long an event.from may wait, as in Xen Orchestra; reduced if our own silence limit or
 * patience is shorter. */
#define EVENT_SECONDS 60.1

/* How often in a row events may be lost. */
#define LOSSES_MAX 10

/* A longer wait is reported. */
#define WORD_NS (60 * NS_PER_S)

/* The state of a wait for a task. */
struct waiting {
	json_t *token;	 /* events are known up to here */
	unsigned losses; /* of events, in a row */
	uint64_t begin_ns;
	bool is_told; /* that it takes long was reported */
};

/* Returns the state of TASK in EVENTS, or NULL.  *RET_IS_GONE: it was destroyed. */
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

/* Returns TEXT of "<value>TEXT</value>" or "<value><string>TEXT</string></value>", or "".  The
 * caller frees it. */
static char *result_read(const char *text)
{
	static const char *const tags[] = { "<value>", "<string>" };

	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		if (strncmp(text, tags[i], strlen(tags[i])) == 0)
			text += strlen(tags[i]);
	}
	return heap_format("%.*s", (int)strcspn(text, "<"), text);
}

/* Returns the outcome of a task with RECORD. */
static json_t *task_outcome(const json_t *record, char **ret_result)
{
	if (strcmp(member_text(record, "status"), "success") != 0)
		return task_failure(record);
	if (ret_result)
		*ret_result = result_read(member_text(record, "result"));
	return NULL;
}

/* Gets the events of tasks since the token, and advances the token. */
static json_t *events_next(struct xapi *xapi, struct waiting *waiting, json_t **ret)
{
	const struct xapi_patience *patience = xapi_patience(xapi);
	double shortest_s = (double)(patience->silence_ns < patience->task_ns ? patience->silence_ns
									      : patience->task_ns) /
			    NS_PER_S / 2;
	double wait_s = shortest_s < EVENT_SECONDS ? shortest_s : EVENT_SECONDS;
	json_t **token = &waiting->token;
	json_t *failure = xapi_call(
		xapi, "event.from", json_pack("[[s], O, f]", "task", *token, wait_s), ret);
	json_t *next = failure ? NULL : json_object_get(*ret, "token");

	if (failure && strcmp(member_text(failure, "code"), "EVENTS_LOST") == 0 &&
		++waiting->losses < LOSSES_MAX) {
		/* Start over: every task is reported again. */
		json_decref(failure);
		json_decref(*token);
		*token = json_string("");
		*ret = json_object();
		return NULL;
	}
	if (!failure && !json_is_string(next))
		return xo_error("event.from gave no token");
	if (!failure) {
		waiting->losses = 0;
		json_decref(*token);
		*token = json_incref(next);
	}
	return failure;
}

/* Reads an answer of event.from about TASK into *RET_IS_OVER.  Returns NULL if the task is pending
 * or has succeeded. */
static json_t *answer_look(const json_t *events, const char *task, bool tells_all,
	char **ret_result, bool *ret_is_over)
{
	const json_t *list = json_object_get(events, "events");
	bool is_gone = false;
	const json_t *record = task_of(list, task, &is_gone);

	/* The first answer contains every existing task. */
	if (is_gone || (tells_all && !record && list))
		return xo_error("task has been destroyed before completion");
	*ret_is_over = record && strcmp(member_text(record, "status"), "pending") != 0;
	return *ret_is_over ? task_outcome(record, ret_result) : NULL;
}

/* Returns an error if waiting must end. */
static json_t *patience_look(struct xapi *xapi, struct waiting *waiting)
{
	uint64_t task_ns = xapi_patience(xapi)->task_ns;
	uint64_t waited_ns = clock_now_ns() - waiting->begin_ns;

	if (asked_to_stop())
		return xo_error_of_system(-ECANCELED, "event.from", NULL);
	if (waited_ns > task_ns)
		return xo_error("operation timed out");
	if (waited_ns > WORD_NS && !waiting->is_told) {
		log_info("a task of the pool is pending since %.0f s; it has %.0f s "
			 "(--task-timeout)",
			(double)waited_ns / NS_PER_S, (double)task_ns / NS_PER_S);
		waiting->is_told = true;
	}
	return NULL;
}

json_t *xapi_task_wait(struct xapi *xapi, const char *task, char **ret_result)
{
	struct waiting waiting = { .token = json_string(""), .begin_ns = clock_now_ns() };
	json_t *failure = NULL;
	bool is_over = false;

	while (!is_over && !failure) {
		bool tells_all = *json_string_value(waiting.token) == '\0';
		json_t *events = NULL;

		failure = events_next(xapi, &waiting, &events);
		if (!failure)
			failure = answer_look(events, task, tells_all, ret_result, &is_over);
		json_decref(events);
		if (!failure && !is_over)
			failure = patience_look(xapi, &waiting);
	}
	json_decref(waiting.token);
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
	/* The task was only for us; if the pool does not answer, it is useless to the pool, too. */
	json_decref(xapi_do(xapi, "task.destroy", json_string_value(task), NULL));
	json_decref(task);
	if (failure)
		json_object_set_new(failure, "call", json_pack("{s:s}", "method", method));
	return failure;
}
