/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients that wait for events, without a thread for each.
 *
 * One thread answers all of them: shortly after a change, so that related changes are reported
 * together, or at a waiter's timeout.  A fault that delays one answer delays all.
 *
 * Locks: `mutex' is taken under the pool's lock (a change is reported), never the other way round.
 * So the thread takes the waiters off their list before it reads the pool.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "simfs/base/clock.h"
#include "simfs/doors/xapi/calls/internal.h"

#define TOGETHER_NS (5 * NS_PER_MS)
/* While nothing waits, only a call or a change wakes the thread. */
#define FOREVER_NS (3600 * NS_PER_S)

struct waiter {
	struct list link;
	json_t *id;
	reply_function *reply;
	void *context;
	char session[POOL_REF_BYTES];
	uint32_t classes;
	uint64_t token;
	uint64_t until_ns;
};

struct event_waiters {
	struct calls *calls;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t mutex; /* the following */
	pthread_cond_t moved;
	struct list list;
	bool has_changed;
	bool is_ending;
};

static void changed(void *context)
{
	struct event_waiters *waiters = context;

	pthread_mutex_lock(&waiters->mutex);
	waiters->has_changed = true;
	pthread_cond_signal(&waiters->moved);
	pthread_mutex_unlock(&waiters->mutex);
}

void event_waiters_wake(struct calls *calls)
{
	changed(calls->waiters);
}

static void reply_with(json_t *answer, reply_function *reply, void *context)
{
	char *text = json_dumps(answer, JSON_COMPACT);

	json_decref(answer);
	reply(context, text ? REPLY_TEXT : REPLY_RESET, text, text ? strlen(text) : 0);
}

static void waiter_free(struct waiter *waiter)
{
	json_decref(waiter->id);
	free(waiter);
}

static void waiter_fail(struct waiter *waiter, const char *code, const char *parameter)
{
	json_t *failure = json_pack("[s, s*]", code, parameter);

	reply_with(answer_failure(waiter->id, failure), waiter->reply, waiter->context);
	json_decref(failure);
	waiter_free(waiter);
}

/* The events for WAITER, or NULL with *RET_LOST; needs the pool's lock. */
static json_t *result_of(struct pool *pool, const struct waiter *waiter, bool *ret_lost)
{
	uint64_t token = pool_token(pool);
	json_t *events = NULL;
	char text[32];

	*ret_lost = false;
	if (pool_events(pool, waiter->classes, waiter->token, &events) < 0) {
		*ret_lost = true;
		return NULL;
	}
	snprintf(text, sizeof text, "%020llu", (unsigned long long)token);
	return json_pack("{s:o, s:o, s:s}", "events", events, "valid_ref_counts",
		pool_ref_counts(pool), "token", text);
}

enum told {
	TOLD_WHAT_THERE_IS,
	TOLD_NOTHING, /* a fault: these events are gone */
	TOLD_OTHERWISE,
};

/* Whether a fault strikes the events that WAITER is about to get; on TOLD_OTHERWISE it is freed. */
static enum told waiter_strike(struct event_waiters *waiters, struct waiter *waiter)
{
	struct call call = { .calls = waiters->calls,
		.pool = waiters->calls->options.pool,
		.disks = waiters->calls->options.disks,
		.method = "event.from",
		.session = waiter->session };
	struct strike strike;
	uint64_t token;

	pool_lock(call.pool);
	token = pool_token(call.pool);
	pool_unlock(call.pool);
	strike_ask(&call, "xapi.event", false, &strike);
	if (strike.drops) {
		waiter->token = token;
		return TOLD_NOTHING;
	}
	if (!*strike.reply)
		return TOLD_WHAT_THERE_IS;
	if (strcmp(strike.reply, "reset") == 0) {
		waiter->reply(waiter->context, REPLY_RESET, NULL, 0);
	} else {
		strike_fail(&call, strike.reply);
		reply_with(
			answer_failure(waiter->id, call.failure), waiter->reply, waiter->context);
		json_decref(call.failure);
	}
	waiter_free(waiter);
	return TOLD_OTHERWISE;
}

static void waiter_answer(struct event_waiters *waiters, struct waiter *waiter)
{
	struct pool *pool = waiters->calls->options.pool;
	json_t *result, *answer;
	bool is_lost;

	pool_lock(pool);
	result = result_of(pool, waiter, &is_lost);
	pool_unlock(pool);
	if (is_lost) {
		waiter_fail(waiter, "EVENTS_LOST", NULL);
		return;
	}
	answer = answer_result(waiter->id, result);
	json_decref(result);
	reply_with(answer, waiter->reply, waiter->context);
	waiter_free(waiter);
}

/* Answers WAITER and frees it, or returns false if it must wait longer. */
static bool waiter_serve(struct event_waiters *waiters, struct waiter *waiter, bool is_ending)
{
	struct pool *pool = waiters->calls->options.pool;
	bool is_over = is_ending || clock_now_ns() >= waiter->until_ns, has_events;

	if (!calls_session_is_open(waiters->calls, waiter->session)) {
		waiter_fail(waiter, "SESSION_INVALID", waiter->session);
		return true;
	}
	pool_lock(pool);
	has_events = pool_has_events(pool, waiter->classes, waiter->token);
	pool_unlock(pool);
	if (has_events && !is_ending) {
		enum told told = waiter_strike(waiters, waiter);

		if (told == TOLD_OTHERWISE)
			return true;
		has_events = told == TOLD_WHAT_THERE_IS;
	}
	if (!has_events && !is_over)
		return false;
	waiter_answer(waiters, waiter);
	return true;
}

static void wait_until(struct event_waiters *waiters, uint64_t until_ns)
{
	struct timespec until = { .tv_sec = (time_t)(until_ns / NS_PER_S),
		.tv_nsec = (long)(until_ns % NS_PER_S) };

	pthread_cond_clockwait(&waiters->moved, &waiters->mutex, CLOCK_MONOTONIC, &until);
}

/* Needs the mutex. */
static uint64_t next_deadline(struct event_waiters *waiters)
{
	uint64_t next_ns = clock_now_ns() + FOREVER_NS;

	list_for_each (link, &waiters->list) {
		struct waiter *waiter = CONTAINER_OF(link, struct waiter, link);

		if (waiter->until_ns < next_ns)
			next_ns = waiter->until_ns;
	}
	return next_ns;
}

static void serve_all(struct event_waiters *waiters, bool is_ending)
{
	struct list taken, kept, *link;

	list_init(&taken);
	list_init(&kept);
	pthread_mutex_lock(&waiters->mutex);
	list_splice(&taken, &waiters->list);
	pthread_mutex_unlock(&waiters->mutex);
	while ((link = list_pop(&taken))) {
		if (!waiter_serve(waiters, CONTAINER_OF(link, struct waiter, link), is_ending))
			list_append(&kept, link);
	}
	pthread_mutex_lock(&waiters->mutex);
	list_splice(&waiters->list, &kept);
	pthread_mutex_unlock(&waiters->mutex);
}

static void *run(void *context)
{
	struct event_waiters *waiters = context;
	bool is_ending, has_changed;
	uint64_t together_ns;

	do {
		pthread_mutex_lock(&waiters->mutex);
		while (!waiters->has_changed && !waiters->is_ending &&
			clock_now_ns() < next_deadline(waiters))
			wait_until(waiters, next_deadline(waiters));
		has_changed = waiters->has_changed;
		waiters->has_changed = false;
		together_ns = clock_now_ns() + TOGETHER_NS;
		while (has_changed && !waiters->is_ending && clock_now_ns() < together_ns)
			wait_until(waiters, together_ns);
		is_ending = waiters->is_ending;
		pthread_mutex_unlock(&waiters->mutex);
		serve_all(waiters, is_ending);
	} while (!is_ending);
	return NULL;
}

int event_waiters_create(struct calls *calls)
{
	struct event_waiters *waiters = calloc(1, sizeof *waiters);
	int error;

	if (!waiters)
		return -ENOMEM;
	waiters->calls = calls;
	pthread_mutex_init(&waiters->mutex, NULL);
	pthread_cond_init(&waiters->moved, NULL);
	list_init(&waiters->list);
	calls->waiters = waiters;
	error = -pthread_create(&waiters->thread, NULL, run, waiters);
	waiters->has_thread = error == 0;
	if (error == 0)
		pool_watch(calls->options.pool, changed, waiters);
	return error;
}

void event_waiters_stop(struct calls *calls)
{
	struct event_waiters *waiters = calls->waiters;

	if (!waiters || !waiters->has_thread)
		return;
	pthread_mutex_lock(&waiters->mutex);
	waiters->is_ending = true;
	pthread_cond_signal(&waiters->moved);
	pthread_mutex_unlock(&waiters->mutex);
	pthread_join(waiters->thread, NULL);
	waiters->has_thread = false;
	/* Waiters that came since the thread last checked. */
	serve_all(waiters, true);
	pool_lock(calls->options.pool);
	pool_watch(calls->options.pool, NULL, NULL);
	pool_unlock(calls->options.pool);
}

void event_waiters_destroy(struct calls *calls)
{
	struct event_waiters *waiters = calls->waiters;

	if (!waiters)
		return;
	pthread_cond_destroy(&waiters->moved);
	pthread_mutex_destroy(&waiters->mutex);
	free(waiters);
}

/* ---- the call ---- */

/* Unknown classes are ignored. */
static uint32_t classes_of(json_t *names)
{
	uint32_t classes = 0;
	enum pool_class class;
	json_t *name;
	size_t at;

	json_array_foreach(names, at, name)
	{
		const char *text = json_string_value(name);

		if (text && strcmp(text, "*") == 0)
			classes = UINT32_MAX;
		else if (text && pool_class_find(text, &class) == 0)
			classes |= 1u << class;
	}
	return classes;
}

/* 0 for "": from the beginning. */
static bool parse_token(const char *text, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = *text ? strtoull(text, &end, 10) : 0;
	return !*text || (errno == 0 && *end == '\0' && *text >= '0' && *text <= '9');
}

static int read_call(struct call *call, struct waiter *waiter)
{
	uint64_t longest_ns = call->calls->options.longest_event_wait_ns;
	double seconds = json_number_value(call_argument(call, 2)), wait_ns;

	if (!parse_token(call_text(call, 1), &waiter->token))
		return call_fail(call, "EVENT_FROM_TOKEN_PARSE_FAILURE", call_text(call, 1), NULL);
	wait_ns = seconds > 0 ? seconds * (double)NS_PER_S : 0;
	waiter->until_ns = clock_now_ns() +
			   (wait_ns > (double)longest_ns ? longest_ns : (uint64_t)wait_ns);
	waiter->classes = classes_of(call_argument(call, 0));
	snprintf(waiter->session, sizeof waiter->session, "%s", call->session);
	return 0;
}

void event_wait(struct call *call, json_t *id, reply_function *reply, void *context)
{
	struct event_waiters *waiters = call->calls->waiters;
	struct waiter *waiter = calloc(1, sizeof *waiter);
	bool is_late;

	if (!waiter)
		call_fail_error(call, -ENOMEM, "cannot wait for events");
	if (!waiter || read_call(call, waiter) < 0) {
		free(waiter);
		reply_with(answer_failure(id, call->failure), reply, context);
		return;
	}
	waiter->id = json_deep_copy(id);
	waiter->reply = reply;
	waiter->context = context;
	pthread_mutex_lock(&waiters->mutex);
	is_late = waiters->is_ending;
	if (!is_late)
		list_append(&waiters->list, &waiter->link);
	/* There may be events already, for which no change will come. */
	waiters->has_changed = true;
	pthread_cond_signal(&waiters->moved);
	pthread_mutex_unlock(&waiters->mutex);
	if (is_late)
		waiter_serve(waiters, waiter, true);
}

/* Never called: event_wait() performs it. */
int event_from(struct call *call)
{
	return call_fail(call, "MESSAGE_METHOD_UNKNOWN", call->method, NULL);
}

int event_inject(struct call *call)
{
	const char *name = call_text(call, 0), *ref = call_text(call, 1);
	enum pool_class class;
	char token[32];
	int error;

	if (pool_class_find(name, &class) < 0)
		return call_fail(call, "INVALID_VALUE", "class", name, NULL);
	pool_lock(call->pool);
	error = pool_touch(call->pool, class, ref);
	snprintf(token, sizeof token, "%020llu", (unsigned long long)pool_token(call->pool));
	pool_unlock(call->pool);
	if (error < 0)
		return call_fail(call, "HANDLE_INVALID", pool_class_name(class), ref, NULL);
	call->result = json_string(token);
	return 0;
}
