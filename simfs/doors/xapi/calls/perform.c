/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/calls/internal.h"
#include "simfs/doors/xapi/calls/tasks.h"
#include "simfs/doors/xapi/disks/disks.h"

#define VANISH_AFTER_US 1000000
#define GARBAGE		"\x16\x03\x01 this is no HTTP\r\n\r\n"

int calls_create(const struct calls_options *options, struct calls **ret)
{
	struct calls *calls = calloc(1, sizeof *calls);
	int error;

	if (!calls)
		return -ENOMEM;
	calls->options = *options;
	pthread_mutex_init(&calls->mutex, NULL);
	calls->unknown = json_object();
	error = sessions_create(calls);
	if (error == 0)
		error = event_waiters_create(calls);
	if (error < 0) {
		calls_destroy(calls);
		return error;
	}
	*ret = calls;
	return 0;
}

void calls_stop(struct calls *calls)
{
	event_waiters_stop(calls);
}

void calls_destroy(struct calls *calls)
{
	if (!calls)
		return;
	event_waiters_destroy(calls);
	sessions_destroy(calls);
	json_decref(calls->unknown);
	pthread_mutex_destroy(&calls->mutex);
	free(calls);
}

json_t *calls_unknown_methods(struct calls *calls)
{
	json_t *copy;

	pthread_mutex_lock(&calls->mutex);
	copy = json_deep_copy(calls->unknown);
	pthread_mutex_unlock(&calls->mutex);
	return copy;
}

/* ---- answers ---- */

/* One call in progress. */
struct performance {
	struct request request;
	const struct method *method; /* NULL: a field's, or unknown */
	struct strike strike;
	struct call call;
	reply_function *reply;
	void *context;
	bool is_answered;
};

static void reply_kind(struct performance *at, enum reply_kind kind, char *text)
{
	MUST(!at->is_answered);
	at->is_answered = true;
	at->reply(at->context, kind, text, text ? strlen(text) : 0);
}

/* ANSWER is stolen. */
static void reply_json(struct performance *at, json_t *answer)
{
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;

	json_decref(answer);
	reply_kind(at, text ? REPLY_TEXT : REPLY_RESET, text);
}

static bool resets_after(const struct performance *at)
{
	return strcmp(at->strike.reply, "reset-after") == 0;
}

static void reply_outcome(struct performance *at, int result)
{
	if (resets_after(at)) {
		reply_kind(at, REPLY_RESET, NULL);
		return;
	}
	reply_json(at, result < 0 ? answer_failure(at->request.id, at->call.failure)
				  : answer_result(at->request.id, at->call.result));
}

/* ---- finding the method ---- */

/* NAME in a form that is safe to store and print. */
static void plain_name(const char *name, char *buffer, size_t length)
{
	snprintf(buffer, length, "%s", name);
	for (char *at = buffer; *at; at++)
		if (!isgraph((unsigned char)*at))
			*at = '?';
}

/* Counts an unknown method, and logs it the first time. */
static int fail_unknown(struct call *call)
{
	struct calls *calls = call->calls;
	char name[UNKNOWN_NAME_BYTES];
	json_int_t count;

	plain_name(call->method, name, sizeof name);
	pthread_mutex_lock(&calls->mutex);
	count = json_integer_value(json_object_get(calls->unknown, name));
	if (count || json_object_size(calls->unknown) < UNKNOWN_MAX)
		json_object_set_new(calls->unknown, name, json_integer(count + 1));
	pthread_mutex_unlock(&calls->mutex);
	if (count == 0)
		log_info("unknown method '%s' was called", name);
	return call_fail(call, "MESSAGE_METHOD_UNKNOWN", call->method, NULL);
}

/* Takes the session off the front of the parameters.  Returns 0 or CALL_FAILED. */
static int open_session(struct performance *at)
{
	struct call *call = &at->call;
	const char *session = json_string_value(json_array_get(at->request.params, 0));
	bool is_open = at->method && at->method->how == METHOD_OPEN;

	call->arguments = at->request.params ? json_copy(at->request.params) : json_array();
	call->session = "";
	/* It may be present anyway. */
	if (is_open &&
		!(session && strncmp(session, POOL_REF_PREFIX, strlen(POOL_REF_PREFIX)) == 0))
		return 0;
	if (!session || !calls_session_is_open(call->calls, session))
		return is_open ? 0
			       : call_fail(call, "SESSION_INVALID", session ? session : "", NULL);
	call->session = session;
	json_array_remove(call->arguments, 0);
	return 0;
}

static int find_method(struct performance *at)
{
	struct call *call = &at->call;

	if (at->request.is_async && (!at->method || at->method->how != METHOD_BOTH))
		return fail_unknown(call);
	return at->method ? method_check(at->method, call) : 0;
}

/* Changes are saved before the client gets an answer. */
static int call_method(struct performance *at)
{
	struct call *call = &at->call;
	int result, error = 0;

	if (at->method)
		result = at->method->function(call);
	else if (!field_call(call, &result))
		result = fail_unknown(call);
	if (call->disks)
		error = disks_save(call->disks);
	return error < 0 && result == 0 ? call_fail_error(call, error, "cannot save the pool")
					: result;
}

/* ---- faults ---- */

static bool is_code(const char *reply)
{
	return isupper((unsigned char)*reply);
}

/* What a fault does to the connection; returns whether that ends the call. */
static bool strike_connection(struct performance *at)
{
	if (strcmp(at->strike.reply, "status-500") == 0)
		reply_kind(at, REPLY_STATUS, NULL);
	else if (strcmp(at->strike.reply, "reset") == 0)
		reply_kind(at, REPLY_RESET, NULL);
	else if (strcmp(at->strike.reply, "garbage") == 0)
		reply_kind(at, REPLY_GARBAGE, strdup(GARBAGE));
	return at->is_answered;
}

/* The fault's answer to the call itself: 0, or CALL_FAILED. */
static int strike_call(struct performance *at)
{
	const char *reply = at->strike.reply;

	if (is_code(reply) && (!at->request.is_async || strike_is_of_the_call(reply)))
		return strike_fail(&at->call, reply);
	return 0;
}

/* ---- performing ---- */

/* Completes TASK, whose caller has its answer. */
static void perform_task(struct performance *at, const char *task)
{
	struct call *call = &at->call;
	const char *reply = at->strike.reply;

	if (strcmp(reply, "pending") == 0)
		return;
	if (strcmp(reply, "vanish") == 0) {
		/* A client that does not watch it yet would wait forever. */
		usleep(VANISH_AFTER_US);
		task_vanish(call->pool, task);
		return;
	}
	if ((is_code(reply) ? strike_fail(call, reply) : call_method(at)) < 0)
		task_fail(call->pool, task, call->failure);
	else
		task_succeed(call->pool, task, call->result);
}

/* Answers with the task at once, and completes it later. */
static void perform_async(struct performance *at)
{
	struct call *call = &at->call;
	char label[128], task[TASK_REF_MAX];
	json_t *ref;
	int error;

	snprintf(label, sizeof label, "Async.%.100s", call->method);
	error = task_create(call->pool, label, "", task);
	if (error < 0) {
		reply_outcome(at, call_fail_error(call, error, "cannot make a task"));
		return;
	}
	ref = json_string(task);
	if (resets_after(at))
		reply_kind(at, REPLY_RESET, NULL);
	else
		reply_json(at, answer_result(at->request.id, ref));
	json_decref(ref);
	call->task = task;
	perform_task(at, task);
	call->task = NULL;
}

static void perform(struct performance *at)
{
	struct call *call = &at->call;

	at->method = method_find(call->method);
	if (open_session(at) < 0 || find_method(at) < 0) {
		reply_outcome(at, CALL_FAILED);
		return;
	}
	if (strcmp(call->method, "event.from") == 0) {
		at->is_answered = true;
		event_wait(call, at->request.id, at->reply, at->context);
		return;
	}
	strike_ask(call, "xapi.call", at->request.is_async, &at->strike);
	if (strike_connection(at))
		return;
	if (strike_call(at) < 0)
		reply_outcome(at, CALL_FAILED);
	else if (at->request.is_async)
		perform_async(at);
	else
		reply_outcome(at, call_method(at));
}

void calls_perform(
	struct calls *calls, const char *text, size_t length, reply_function *reply, void *context)
{
	struct performance at = { .reply = reply, .context = context };
	json_t *answer;

	if (request_decode(text, length, &at.request, &answer) < 0) {
		reply_json(&at, answer);
		return;
	}
	at.call = (struct call){ .calls = calls,
		.pool = calls->options.pool,
		.disks = calls->options.disks,
		.method = at.request.method };
	perform(&at);
	MUST(at.is_answered);
	json_decref(at.call.arguments);
	json_decref(at.call.result);
	json_decref(at.call.failure);
	request_deinit(&at.request);
}
