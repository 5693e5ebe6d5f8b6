/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC on a pool without disks: what is asked, by whom, and what is told of changes. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/doors/xapi/calls/calls.h"
#include "simfs/doors/xapi/calls/tasks.h"
#include "simfs/doors/xapi/pool/pool.h"

#define NEVER_NS (3600 * NS_PER_S)

/* The answer to one call, which may come from another thread. */
struct answer {
	pthread_mutex_t mutex;
	pthread_cond_t came;
	bool is_there;
	json_t *json;
};

static struct pool *pool;
static struct calls *calls;
static char vm[POOL_REF_BYTES], session[POOL_REF_BYTES];

static void take(void *context, enum reply_kind kind, char *text, size_t length)
{
	struct answer *answer = context;

	ck_assert_int_eq(kind, REPLY_TEXT);
	pthread_mutex_lock(&answer->mutex);
	ck_assert(!answer->is_there);
	answer->json = json_loadb(text, length, 0, NULL);
	ck_assert_ptr_nonnull(answer->json);
	answer->is_there = true;
	pthread_cond_signal(&answer->came);
	pthread_mutex_unlock(&answer->mutex);
	free(text);
}

/* Who has begun to wait has been looked at once, and waits. */
static void let_it_wait(void)
{
	usleep(100000);
}

static void ask(struct answer *answer, const char *text)
{
	*answer = (struct answer){ .mutex = PTHREAD_MUTEX_INITIALIZER,
		.came = PTHREAD_COND_INITIALIZER };
	calls_perform(calls, text, strlen(text), take, answer);
}

/* The caller's. */
static json_t *await(struct answer *answer)
{
	pthread_mutex_lock(&answer->mutex);
	while (!answer->is_there)
		pthread_cond_wait(&answer->came, &answer->mutex);
	pthread_mutex_unlock(&answer->mutex);
	return answer->json;
}

static json_t *perform(const char *text)
{
	struct answer answer;

	ask(&answer, text);
	return await(&answer);
}

/* METHOD with ARGUMENTS, "" or JSON that begins with a comma, in the session. */
static char *request(const char *method, const char *arguments)
{
	char *text;

	ck_assert_int_gt(asprintf(&text, "{\"id\":7,\"method\":\"%s\",\"params\":[\"%s\"%s]}",
				 method, session, arguments),
		0);
	return text;
}

static json_t *call(const char *method, const char *arguments)
{
	AUTO(auto_free) char *text = request(method, arguments);

	return perform(text);
}

/* ANSWER (stolen) as [CODE, PARAMETER...], or its result. */
static char *outcome(json_t *answer)
{
	json_t *error = json_object_get(answer, "error");
	json_t *shown = error ? json_pack("[O]", json_object_get(error, "message"))
			      : json_incref(json_object_get(answer, "result"));
	char *text;

	if (error && json_is_array(json_object_get(error, "data")))
		json_array_extend(shown, json_object_get(error, "data"));
	text = json_dumps(shown, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(shown);
	json_decref(answer);
	return text;
}

#define ck_outcome(answer, wanted)                                                                 \
	do {                                                                                       \
		AUTO(auto_free) char *text_ = outcome(answer);                                     \
		ck_assert_str_eq(text_, wanted);                                                   \
	} while (0)

static void log_in(void)
{
	json_t *answer = perform("{\"id\":1,\"method\":\"session.login_with_password\","
				 "\"params\":[\"root\",\"secret\"]}");

	snprintf(session, sizeof session, "%s",
		json_string_value(json_object_get(answer, "result")));
	json_decref(answer);
}

static void setup(void)
{
	pool = pool_create(7);
	pool_lock(pool);
	snprintf(vm, sizeof vm, "%s",
		pool_add(pool, POOL_CLASS_VM, json_pack("{s:s}", "name_label", "web")));
	pool_unlock(pool);
	ck_assert_int_eq(calls_create(&(struct calls_options){ .pool = pool,
					      .user = "root",
					      .password = "secret",
					      .longest_event_wait_ns = NEVER_NS },
				 &calls),
		0);
	log_in();
}

static void teardown(void)
{
	calls_stop(calls);
	calls_destroy(calls);
	pool_destroy(pool);
}

START_TEST(an_answer_has_the_id_of_its_request)
{
	static const char *const ids[] = { "0", "\"x\"", "null", "1.5" };

	for (size_t at = 0; at < sizeof ids / sizeof ids[0]; at++) {
		AUTO(auto_free) char *text = NULL, *id = NULL;
		json_t *answer;

		ck_assert_int_gt(
			asprintf(&text, "{\"id\":%s,\"method\":\"system.listMethods\"}", ids[at]),
			0);
		answer = perform(text);
		ck_assert_str_eq(json_string_value(json_object_get(answer, "jsonrpc")), "2.0");
		id = json_dumps(json_object_get(answer, "id"), JSON_ENCODE_ANY);
		ck_assert_str_eq(id, ids[at]);
		json_decref(answer);
	}
}
END_TEST

START_TEST(a_method_may_have_a_line_for_its_dot)
{
	AUTO(auto_free) char *argument = NULL;

	ck_assert_int_gt(asprintf(&argument, ",\"%s\"", vm), 0);
	ck_outcome(call("VM_get_name_label", argument), "\"web\"");
	ck_outcome(call("VM.get_name_label", argument), "\"web\"");
	ck_outcome(call("VM_fly", argument), "[\"MESSAGE_METHOD_UNKNOWN\",\"VM.fly\"]");
	ck_outcome(call("Async_VM_fly", argument), "[\"MESSAGE_METHOD_UNKNOWN\",\"VM.fly\"]");
	ck_outcome(call("fly", argument), "[\"MESSAGE_METHOD_UNKNOWN\",\"fly\"]");
	ck_outcome(call("vm.get_all", ""), "[\"MESSAGE_METHOD_UNKNOWN\",\"vm.get_all\"]");
}
END_TEST

START_TEST(unknown_methods_are_counted)
{
	json_t *unknown, *count;
	const char *name;

	for (int at = 0; at < 3; at++)
		json_decref(call("VM.fly", ""));
	json_decref(call("VM.get_all", ""));
	unknown = calls_unknown_methods(calls);
	ck_assert_int_eq(json_object_size(unknown), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(unknown, "VM.fly")), 3);
	json_decref(unknown);

	/* Whatever a client calls it, it is a short word in the log, and takes little. */
	char long_name[5000];

	memset(long_name, 'x', sizeof long_name);
	memcpy(long_name, "a\\nb.", 5);
	long_name[sizeof long_name - 1] = '\0';
	json_decref(call(long_name, ""));
	unknown = calls_unknown_methods(calls);
	ck_assert_int_eq(json_object_size(unknown), 2);
	json_object_foreach(unknown, name, count)
	{
		ck_assert_uint_lt(strlen(name), 100);
		ck_assert_ptr_null(strchr(name, '\n'));
	}
	json_decref(unknown);
}
END_TEST

START_TEST(a_session_ends_with_its_logout_and_with_a_thousand_others)
{
	char first[POOL_REF_BYTES], wanted[128];

	memcpy(first, session, sizeof first);
	snprintf(wanted, sizeof wanted, "[\"SESSION_INVALID\",\"%s\"]", session);
	for (int at = 0; at < 999; at++)
		log_in();
	ck_assert(calls_session_is_open(calls, first));
	/* It was used last: the second one makes room. */
	log_in();
	ck_assert(calls_session_is_open(calls, first));
	for (int at = 0; at < 1000; at++)
		log_in();
	ck_assert(!calls_session_is_open(calls, first));
	snprintf(session, sizeof session, "%s", first);
	ck_outcome(call("VM.get_all", ""), wanted);
	log_in();
	ck_outcome(call("session.logout", ""), "\"\"");
	ck_assert(!calls_session_is_open(calls, session));
}
END_TEST

START_TEST(classes_are_listed_by_their_getters)
{
	json_t *answer = perform("{\"id\":1,\"method\":\"system.listMethods\"}"), *name;
	json_t *names = json_object_get(answer, "result");
	size_t at, classes = 0;

	json_array_foreach(names, at, name)
	{
		const char *text = json_string_value(name), *dot = strchr(text, '.');

		classes += dot && strcmp(dot, ".get_all_records") == 0;
	}
	ck_assert_uint_eq(classes, POOL_CLASS_COUNT);
	json_decref(answer);
}
END_TEST

START_TEST(what_waits_is_told_of_a_change_and_of_nothing_else)
{
	AUTO(auto_free) char *text = NULL, *arguments = NULL, *change = NULL;
	json_t *answer = call("event.from", ",[\"vm\"],\"\",0"), *events;
	const char *token = json_string_value(
		json_object_get(json_object_get(answer, "result"), "token"));
	struct answer waiting;

	ck_assert_int_eq(
		json_array_size(json_object_get(json_object_get(answer, "result"), "events")), 1);
	ck_assert_int_gt(asprintf(&arguments, ",[\"vm\",\"fish\"],\"%s\",60.1", token), 0);
	text = request("event.from", arguments);
	ask(&waiting, text);
	let_it_wait();
	json_decref(call("task.create", ",\"a\",\"\""));
	ck_assert_int_gt(asprintf(&change, ",\"%s\",\"new\"", vm), 0);
	ck_outcome(call("VM.set_name_label", change), "\"\"");
	json_decref(answer);

	answer = await(&waiting);
	events = json_object_get(json_object_get(answer, "result"), "events");
	ck_assert_int_eq(json_array_size(events), 1);
	ck_assert_str_eq(
		json_string_value(json_object_get(
			json_object_get(json_array_get(events, 0), "snapshot"), "name_label")),
		"new");
	json_decref(answer);
}
END_TEST

START_TEST(who_waits_when_the_server_ends_is_answered)
{
	AUTO(auto_free) char *text = NULL, *late = NULL;
	struct answer waiting;
	json_t *answer = call("event.from", ",[\"vm\"],\"\",0");
	AUTO(auto_free) char *arguments = NULL;

	ck_assert_int_gt(asprintf(&arguments, ",[\"vm\"],\"%s\",3600",
				 json_string_value(json_object_get(
					 json_object_get(answer, "result"), "token"))),
		0);
	json_decref(answer);
	text = request("event.from", arguments);
	ask(&waiting, text);
	calls_stop(calls);
	answer = await(&waiting);
	ck_assert_int_eq(
		json_array_size(json_object_get(json_object_get(answer, "result"), "events")), 0);
	json_decref(answer);
	late = request("event.from", arguments);
	json_decref(perform(late));
}
END_TEST

START_TEST(a_session_that_ends_waits_no_more)
{
	AUTO(auto_free) char *text = NULL;
	char wanted[128];
	struct answer waiting;
	json_t *answer;

	pool_lock(pool);
	snprintf(wanted, sizeof wanted, ",[\"vm\"],\"%llu\",3600",
		(unsigned long long)pool_token(pool));
	pool_unlock(pool);
	text = request("event.from", wanted);
	ask(&waiting, text);
	let_it_wait();
	snprintf(wanted, sizeof wanted, "[\"SESSION_INVALID\",\"%s\"]", session);
	json_decref(call("session.logout", ""));
	answer = await(&waiting);
	ck_outcome(answer, wanted);
}
END_TEST

START_TEST(a_task_that_has_ended_stays_as_it_is)
{
	json_t *text = json_string("a<b&c"), *failure = json_pack("[s]", "X");
	char ref[TASK_REF_MAX];

	ck_assert_int_eq(task_create(pool, "a", "", ref), 0);
	task_progress(pool, ref, 0.5);
	task_succeed(pool, ref, text);
	task_fail(pool, ref, failure);
	task_progress(pool, ref, 0.1);
	pool_lock(pool);
	ck_assert_str_eq(pool_text(pool, POOL_CLASS_TASK, ref, "status"), "success");
	ck_assert_str_eq(
		pool_text(pool, POOL_CLASS_TASK, ref, "result"), "<value>a&lt;b&amp;c</value>");
	ck_assert_double_eq(json_real_value(pool_value(pool, POOL_CLASS_TASK, ref, "progress")), 1);
	pool_unlock(pool);
	task_vanish(pool, ref);
	task_fail(pool, ref, failure);
	json_decref(text);
	json_decref(failure);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("xapi_calls");
	TCase *tests = tcase_create("calls");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, an_answer_has_the_id_of_its_request);
	tcase_add_test(tests, a_method_may_have_a_line_for_its_dot);
	tcase_add_test(tests, unknown_methods_are_counted);
	tcase_add_test(tests, a_session_ends_with_its_logout_and_with_a_thousand_others);
	tcase_add_test(tests, classes_are_listed_by_their_getters);
	tcase_add_test(tests, what_waits_is_told_of_a_change_and_of_nothing_else);
	tcase_add_test(tests, who_waits_when_the_server_ends_is_answered);
	tcase_add_test(tests, a_session_that_ends_waits_no_more);
	tcase_add_test(tests, a_task_that_has_ended_stays_as_it_is);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
