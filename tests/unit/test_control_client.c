/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client of the control socket, against a volume that the test plays: what
 * it will answer is in the socket before the client waits for it.
 */
#include "simfs/control/client.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/control/protocol.h"
#include "tests/lib/engine_suite.h"

/* Makes the path of the socket longer than sun_path. */
#define DEEP_NAME "a-folder-whose-name-alone-takes-up-more-than-half-of-what-sun-path-can-hold"

#define SHORT_NS  (20 * NS_PER_MS)

/* ROOT/DEEP_NAME is the state folder, ROOT/mount looks like a mounted volume. */
static char root[64];
static char deep[256];
static char mount_point[128];
static int listen_fd;
static int volume_fd; /* the volume's end of the connection */
static struct control_client *client;

static char *in_root(const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/%s", root, name);
	return path;
}

static void volume_says(const char *text)
{
	ck_assert_int_eq(send(volume_fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void volume_heard(const char *text)
{
	char heard[1024];
	ssize_t length = recv(volume_fd, heard, sizeof heard - 1, MSG_DONTWAIT);

	ck_assert_int_ge(length, 0);
	heard[length] = '\0';
	ck_assert_str_eq(heard, text);
}

static void set_up(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char target[512];

	snprintf(root, sizeof root, "/tmp/snaprig-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(deep, sizeof deep, "%s/" DEEP_NAME, root);
	snprintf(mount_point, sizeof mount_point, "%s/mount", root);
	ck_assert_int_eq(mkdir(deep, 0700), 0);
	ck_assert_int_eq(mkdir(mount_point, 0700), 0);
	ck_assert_int_eq(mkdir(in_root("mount/" MOUNT_RIG), 0700), 0);
	snprintf(target, sizeof target, "%s/" STATE_SOCKET, deep);
	ck_assert_int_eq(symlink(target, in_root("mount/" MOUNT_CONTROL)), 0);

	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(chdir(deep), 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", STATE_SOCKET);
	ck_assert_int_eq(bind(listen_fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(listen(listen_fd, 1), 0);

	ck_assert_int_eq(control_client_connect(mount_point, &client), 0);
	volume_fd = accept(listen_fd, NULL, NULL);
	ck_assert_int_ge(volume_fd, 0);
}

static void tear_down(void)
{
	char command[512];

	control_client_destroy(client);
	control_client_destroy(NULL);
	close(volume_fd);
	close(listen_fd);
	snprintf(command, sizeof command, "rm -r '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

/* ---- answers ---- */

START_TEST(a_call_sends_a_line_and_returns_the_result)
{
	json_t *result = NULL;

	volume_says("{\"id\":1,\"ok\":true,\"result\":[7]}\n");
	ck_assert_int_eq(control_client_call(client, "echo", json_pack("{s:s}", "name", "s0"),
				 NS_PER_S, &result),
		0);
	volume_heard("{\"name\":\"s0\",\"id\":1,\"command\":\"echo\"}\n");
	ck_assert_int_eq(json_integer_value(json_array_get(result, 0)), 7);
	ck_assert_str_eq(control_client_message(client), "");
	json_decref(result);
}
END_TEST

START_TEST(an_error_comes_with_its_message)
{
	volume_says("{\"id\":1,\"ok\":false,\"error\":\"EEXIST\",\"message\":\"taken\"}\n"
		    "{\"id\":2,\"ok\":true,\"result\":{}}\n");
	ck_assert_int_eq(control_client_call(client, "x", NULL, NS_PER_S, NULL), -EEXIST);
	ck_assert_str_eq(control_client_message(client), "taken");
	ck_assert_int_eq(control_client_call(client, "x", NULL, NS_PER_S, NULL), 0);
	ck_assert_str_eq(control_client_message(client), "");
}
END_TEST

START_TEST(answers_may_come_in_any_order)
{
	uint64_t ids[3];
	json_t *result;

	for (unsigned at = 0; at < 3; at++)
		ck_assert_int_eq(control_client_send(client, "x", NULL, &ids[at]), 0);
	volume_says("{\"id\":3,\"ok\":true,\"result\":30}\n{\"id\":1,\"ok\":true,\"result\":10}\n"
		    "{\"id\":2,\"ok\":true,\"result\":20}\n");
	for (unsigned at = 0; at < 3; at++) {
		ck_assert_int_eq(control_client_wait(client, ids[at], NS_PER_S, &result), 0);
		ck_assert_int_eq(json_integer_value(result), 10 * (at + 1));
		json_decref(result);
	}
}
END_TEST

START_TEST(an_answer_that_nobody_wanted_is_freed)
{
	uint64_t ids[2];

	for (unsigned at = 0; at < 2; at++)
		ck_assert_int_eq(control_client_send(client, "x", NULL, &ids[at]), 0);
	volume_says("{\"id\":1,\"ok\":true,\"result\":{}}\n{\"id\":2,\"ok\":true,\"result\":{}}\n");
	ck_assert_int_eq(control_client_wait(client, ids[1], NS_PER_S, NULL), 0);
}
END_TEST

START_TEST(a_long_answer_arrives_whole)
{
	static char text[200000];
	json_t *result;
	uint64_t id;
	pid_t child;

	ck_assert_int_eq(control_client_send(client, "x", NULL, &id), 0);
	memset(text, 'x', sizeof text - 1);
	child = fork();
	if (child == 0) {
		dprintf(volume_fd, "{\"id\":1,\"ok\":true,\"result\":\"%s\"}\n", text);
		_exit(0);
	}
	ck_assert_int_eq(control_client_wait(client, id, 10 * NS_PER_S, &result), 0);
	ck_assert_uint_eq(json_string_length(result), sizeof text - 1);
	json_decref(result);
}
END_TEST

START_TEST(half_an_answer_is_waited_for)
{
	uint64_t id;

	ck_assert_int_eq(control_client_send(client, "x", NULL, &id), 0);
	ck_assert_int_eq(control_client_wait(client, id, SHORT_NS, NULL), -ETIMEDOUT);
	volume_says("{\"id\":1,\"ok\":");
	ck_assert_int_eq(control_client_wait(client, id, SHORT_NS, NULL), -ETIMEDOUT);
	volume_says("true,\"result\":{}}\n");
	ck_assert_int_eq(control_client_wait(client, id, NS_PER_S, NULL), 0);
}
END_TEST

/* ---- a volume that does not do as it should ---- */

static const struct {
	const char *answer;
	int error;
} strange[] = {
	{ "garbage\n", -EPROTO },
	{ "[]\n", -EPROTO },
	{ "{\"id\":1}\n", -EPROTO },
	{ "{\"id\":1,\"ok\":false,\"error\":\"ENONSENSE\"}\n", -EPROTO },
	{ "{\"id\":null,\"ok\":false,\"error\":\"EPERM\",\"message\":\"of another user\"}\n",
		-EPERM },
};

START_TEST(a_strange_answer_is_an_error)
{
	volume_says(strange[_i].answer);
	ck_assert_int_eq(control_client_call(client, "x", NULL, NS_PER_S, NULL), strange[_i].error);
}
END_TEST

START_TEST(a_volume_that_hangs_up_is_noticed)
{
	uint64_t id;

	ck_assert_int_eq(control_client_send(client, "x", NULL, &id), 0);
	shutdown(volume_fd, SHUT_RDWR);
	ck_assert_int_eq(control_client_wait(client, id, NS_PER_S, NULL), -ECONNRESET);
	ck_assert_int_eq(control_client_call(client, "x", NULL, NS_PER_S, NULL), -ECONNRESET);
}
END_TEST

START_TEST(what_a_volume_said_before_it_hung_up_is_heard)
{
	volume_says("{\"id\":null,\"ok\":false,\"error\":\"EBUSY\",\"message\":\"full\"}\n");
	close(volume_fd);
	ck_assert_int_eq(control_client_call(client, "x", NULL, NS_PER_S, NULL), -EBUSY);
	ck_assert_str_eq(control_client_message(client), "full");
	volume_fd = -1;
}
END_TEST

START_TEST(a_request_that_is_too_long_is_not_sent)
{
	static char text[PROTOCOL_LINE_MAX_BYTES];
	uint64_t id;

	memset(text, 'x', sizeof text - 1);
	ck_assert_int_eq(
		control_client_send(client, "x", json_pack("{s:s}", "name", text), &id), -EMSGSIZE);
}
END_TEST

START_TEST(the_end_can_be_waited_for)
{
	volume_says("{\"id\":1,\"ok\":true,\"result\":{}}\n");
	ck_assert_int_eq(control_client_wait_end(client, SHORT_NS), -ETIMEDOUT);
	shutdown(volume_fd, SHUT_RDWR);
	ck_assert_int_eq(control_client_wait_end(client, NS_PER_S), 0);
}
END_TEST

START_TEST(that_it_has_ended_is_known_before_what_was_said_is_read)
{
	ck_assert(!control_client_has_ended(client));
	volume_says("{\"id\":1,\"ok\":true,\"result\":{}}\n");
	ck_assert(!control_client_has_ended(client));
	shutdown(volume_fd, SHUT_RDWR);
	ck_assert(control_client_has_ended(client));
	ck_assert_int_eq(control_client_wait(client, 1, NS_PER_S, NULL), 0);
}
END_TEST

static void *wait_for_an_answer(void *argument)
{
	return (void *)(intptr_t)control_client_wait(argument, 1, 0, NULL);
}

START_TEST(who_hangs_up_is_seen_to_leave_and_waits_no_more)
{
	pthread_t thread;
	void *result;
	char byte;

	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_an_answer, client), 0);
	control_client_hang_up(client);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_int_eq((int)(intptr_t)result, -ECONNRESET);
	ck_assert(control_client_has_ended(client));
	ck_assert_int_eq(recv(volume_fd, &byte, 1, 0), 0);
}
END_TEST

/* ---- connecting ---- */

START_TEST(the_socket_can_be_named_itself)
{
	struct control_client *second;
	char path[512];

	snprintf(path, sizeof path, "%s/" STATE_SOCKET, deep);
	ck_assert_int_eq(control_client_connect_socket(path, &second), 0);
	control_client_destroy(second);
	ck_assert_int_eq(chdir(deep), 0);
	close(accept(listen_fd, NULL, NULL));
	ck_assert_int_eq(control_client_connect_socket(STATE_SOCKET, &second), 0);
	control_client_destroy(second);
	ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(what_is_no_mount_is_told_apart)
{
	struct control_client *none = NULL;

	ck_assert_int_eq(control_client_connect(in_root("nowhere"), &none), -ENOENT);
	ck_assert_int_eq(control_client_connect(deep, &none), -ENOENT);
	ck_assert_int_eq(control_client_connect("/etc/passwd", &none), -ENOTDIR);
	close(listen_fd);
	ck_assert_int_eq(control_client_connect(mount_point, &none), -ECONNREFUSED);
	listen_fd = -1;

	/* What should be a link, and is none. */
	ck_assert_int_eq(unlink(in_root("mount/" MOUNT_CONTROL)), 0);
	ck_assert_int_eq(mkdir(in_root("mount/" MOUNT_CONTROL), 0700), 0);
	ck_assert_int_eq(control_client_connect(mount_point, &none), -ENOENT);
	ck_assert_ptr_null(none);
}
END_TEST

static Suite *client_suite(void)
{
	Suite *suite = suite_create("control client");
	TCase *tests = tcase_create("client");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_call_sends_a_line_and_returns_the_result);
	tcase_add_test(tests, an_error_comes_with_its_message);
	tcase_add_test(tests, answers_may_come_in_any_order);
	tcase_add_test(tests, an_answer_that_nobody_wanted_is_freed);
	tcase_add_test(tests, a_long_answer_arrives_whole);
	tcase_add_test(tests, half_an_answer_is_waited_for);
	tcase_add_loop_test(
		tests, a_strange_answer_is_an_error, 0, (int)(sizeof strange / sizeof strange[0]));
	tcase_add_test(tests, a_volume_that_hangs_up_is_noticed);
	tcase_add_test(tests, what_a_volume_said_before_it_hung_up_is_heard);
	tcase_add_test(tests, a_request_that_is_too_long_is_not_sent);
	tcase_add_test(tests, the_end_can_be_waited_for);
	tcase_add_test(tests, that_it_has_ended_is_known_before_what_was_said_is_read);
	tcase_add_test(tests, who_hangs_up_is_seen_to_leave_and_waits_no_more);
	tcase_add_test(tests, the_socket_can_be_named_itself);
	tcase_add_test(tests, what_is_no_mount_is_told_apart);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(int argc, char **argv)
{
	(void)argc;
	return engine_suite_run(client_suite(), argv[0]);
}
