/* SPDX-License-Identifier: Apache-2.0 */
/* Where a server listens. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "simfs/doors/xapi/http/http.h"

/* Whoever waits for room in its queue waits for as long as it hangs. */
START_TEST(a_socket_of_somebody_who_is_busy_is_no_left_one)
{
	struct sockaddr_un place = { .sun_family = AF_UNIX, .sun_path = "busy.socket" };
	int busy = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), clients[4];
	struct http_server *other;

	unlink(place.sun_path);
	ck_assert_int_eq(bind(busy, (struct sockaddr *)&place, sizeof place), 0);
	ck_assert_int_eq(listen(busy, 0), 0);
	for (size_t at = 0; at < 4; at++) {
		clients[at] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)!connect(clients[at], (struct sockaddr *)&place, sizeof place);
	}
	ck_assert_int_eq(http_server_create("unix:busy.socket", &other), -EADDRINUSE);
	ck_assert_int_eq(access(place.sun_path, F_OK), 0);
	for (size_t at = 0; at < 4; at++)
		close(clients[at]);
	close(busy);
	unlink(place.sun_path);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("xapi_http_listen");
	TCase *tests = tcase_create("listen");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_socket_of_somebody_who_is_busy_is_no_left_one);
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
