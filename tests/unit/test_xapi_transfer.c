/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers of a pool server: whatever becomes of the connection, its task ends with it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/xapi_bench.h"

#define GONE(error) "failure INTERNAL_ERROR|the connection of the transfer has ended|" error

static char said[BENCH_SAID_MAX];
static char task[TASK_REF_MAX];

static void setup(void)
{
	xapi_bench_setup();
	xapi_bench_task(task);
}

START_TEST(an_export_ends_its_task)
{
	AUTO(auto_close) int fd = xapi_bench_dial();

	xapi_bench_export(fd, xapi_bench.snapshot, task, "&format=raw");
	ck_assert_int_gt(xapi_bench_hear(fd, said), BENCH_DISK_BYTES);
	ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 200 OK"));
	ck_assert_str_eq(xapi_bench_task_tells(task), "success");
}
END_TEST

START_TEST(a_client_that_goes_before_its_body_fails_its_task)
{
	int fd = xapi_bench_dial();

	xapi_bench_import(fd, xapi_bench.leaf, task, "&format=raw", 1000);
	usleep(20000);
	close(fd);
	ck_assert_str_eq(xapi_bench_task_tells(task), GONE("ECONNRESET"));
}
END_TEST

START_TEST(a_session_that_is_over_fails_the_task)
{
	AUTO(auto_close) int fd = xapi_bench_dial();

	xapi_bench_say(fd,
		"GET /export_raw_vdi/?vdi=%s&session_id=OpaqueRef:1&task_id=%s HTTP/1.1\r\n\r\n",
		xapi_bench.leaf, task);
	xapi_bench_hear(fd, said);
	ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 401"));
	ck_assert_str_eq(xapi_bench_task_tells(task), "failure SESSION_INVALID|OpaqueRef:1");
}
END_TEST

START_TEST(what_is_not_there_fails_the_task)
{
	static const char *const requests[] = { "GET /export/", "PUT /export_raw_vdi/",
		"POST /import_raw_vdi" };

	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		AUTO(auto_close) int fd = xapi_bench_dial();

		xapi_bench_task(task);
		xapi_bench_say(fd,
			"%s?session_id=%s&task_id=%s HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
			requests[i], xapi_bench.session, task);
		xapi_bench_hear(fd, said);
		ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 404"));
		ck_assert_str_eq(strndupa(xapi_bench_task_tells(task), 30),
			"failure MESSAGE_METHOD_UNKNOWN");
	}
}
END_TEST

/* As many as there may be, each with a client that waits. */
START_TEST(one_that_is_too_many_fails_its_task)
{
	AUTO(auto_close) int fd = -1;
	int fds[TRANSFERS_MAX];

	xapi_bench_rig_begin();
	xapi_bench_rig_hang(true);
	for (unsigned i = 0; i < TRANSFERS_MAX; i++) {
		fds[i] = xapi_bench_dial();
		xapi_bench_export(fds[i], xapi_bench.snapshot, "", "&format=raw");
	}
	while (xapi_bench_rig_asked("fault.strike") < TRANSFERS_MAX)
		usleep(1000);
	fd = xapi_bench_dial();
	xapi_bench_export(fd, xapi_bench.snapshot, task, "&format=raw");
	xapi_bench_hear(fd, said);
	ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 503"));
	ck_assert_str_eq(xapi_bench_task_tells(task), "failure TOO_MANY_PENDING_TASKS");
	for (unsigned i = 0; i < TRANSFERS_MAX; i++)
		close(fds[i]);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("xapi_transfer");
	TCase *tests = tcase_create("tasks");

	tcase_add_checked_fixture(tests, setup, xapi_bench_teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, an_export_ends_its_task);
	tcase_add_test(tests, a_client_that_goes_before_its_body_fails_its_task);
	tcase_add_test(tests, a_session_that_is_over_fails_the_task);
	tcase_add_test(tests, what_is_not_there_fails_the_task);
	tcase_add_test(tests, one_that_is_too_many_fails_its_task);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(int argc, char **argv)
{
	(void)argc;
	return engine_suite_run(suite(), argv[0]);
}
