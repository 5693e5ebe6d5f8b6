/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control server on a real ring and real sockets: connections that end, and the socket file.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/control/protocol.h"
#include "simfs/control/server.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/control_bench.h"

/* ---- connections that end ---- */

START_TEST(the_answer_to_a_peer_that_left_is_dropped)
{
	int peer = peer_open();

	peer_say(peer, "{\"id\":1,\"command\":\"later\"}\n{\"id\":2,\"command\":\"later\"}\n");
	TURN_UNTIL(bench.kept_count == 2);
	close(peer);
	control_request_answer(bench.kept[0], NULL);
	bench_turn_for_ms(5);
	control_request_answer(bench.kept[1], NULL);
}
END_TEST

START_TEST(a_lease_is_let_go_when_the_peer_leaves)
{
	int peer = peer_open();

	peer_say(peer, "{\"id\":1,\"command\":\"hold\"}\n");
	peer_expect(peer, "{\"id\":1,\"ok\":true,\"result\":{}}");
	bench_turn_for_ms(3);
	ck_assert_uint_eq(bench.leases_let_go, 0);
	close(peer);
	TURN_UNTIL(bench.leases_let_go == 1);
	bench_turn_for_ms(3);
	ck_assert_uint_eq(bench.leases_let_go, 1);
}
END_TEST

START_TEST(a_lease_is_let_go_while_a_request_waits)
{
	int peer = peer_open();

	peer_say(peer, "{\"command\":\"hold\"}\n{\"id\":1,\"command\":\"later\"}\n");
	TURN_UNTIL(bench.kept_count == 1);
	close(peer);
	TURN_UNTIL(bench.leases_let_go == 1);

	/* Too late to be told of the end. */
	struct control_lease late = { .let_go = bench_count_let_go };

	ck_assert(!control_lease_begin(&late, bench.kept[0]->connection, NULL));
	control_request_answer(bench.kept[0], NULL);
}
END_TEST

START_TEST(who_left_is_let_go_before_another_command_acts)
{
	int peer = peer_open();
	int other = peer_open();

	/* Of one that sends no more the ring does not tell when it leaves. */
	peer_say(peer, "{\"command\":\"hold\"}\n{\"id\":1,\"command\":\"later\"}\n");
	TURN_UNTIL(bench.kept_count == 1);
	ck_assert_int_eq(shutdown(peer, SHUT_WR), 0);
	bench_turn_for_ms(3);
	ck_assert_uint_eq(bench.leases_let_go, 0);
	close(peer);
	peer_expect_served(other);
	ck_assert_uint_eq(bench.leases_let_go, 1);
	control_request_answer(bench.kept[0], NULL);
	close(other);
}
END_TEST

START_TEST(a_lease_that_has_ended_is_not_let_go)
{
	int peer = peer_open();

	peer_say(peer, "{\"command\":\"hold\"}\n{\"command\":\"release\"}\n");
	peer_hear(peer);
	peer_hear(peer);
	control_lease_end(&bench.lease);
	close(peer);
	bench_turn_for_ms(10);
	ck_assert_uint_eq(bench.leases_let_go, 0);
}
END_TEST

START_TEST(closing_the_server_ends_connections_and_lets_leases_go)
{
	int peer = peer_open();
	int fresh;

	peer_say(peer, "{\"command\":\"hold\"}\n{\"id\":9,\"command\":\"later\"}\n");
	TURN_UNTIL(bench.kept_count == 1);
	control_server_close(bench.server);
	TURN_UNTIL(bench.leases_let_go == 1);
	bench_turn_for_ms(5);
	ck_assert(!control_server_idle(bench.server));
	control_request_answer(bench.kept[0], NULL);
	TURN_UNTIL(control_server_idle(bench.server));
	control_server_destroy(bench.server);

	peer_expect(peer, "{\"id\":null,\"ok\":true,\"result\":{}}");
	peer_expect_end(peer);
	close(peer);

	/* The name is free for the next rig. */
	ck_assert_int_eq(bench_open_server(&bench.server), 0);
	fresh = peer_open();
	peer_expect_served(fresh);
	close(fresh);
}
END_TEST

START_TEST(a_server_whose_ring_is_gone_can_be_destroyed)
{
	int peer = peer_open();

	peer_say(peer, "{\"command\":\"hold\"}\n");
	peer_hear(peer);
	ring_destroy(bench.ring);
	control_server_destroy(bench.server);
	ck_assert_uint_eq(bench.leases_let_go, 0);
	ck_assert_int_eq(recv(peer, (char[1]){ 0 }, 1, 0), 0);
	close(peer);
	ck_assert_int_eq(faccessat(bench.folder_fd, STATE_SOCKET, F_OK, 0), -1);

	/* For the end of the test. */
	ck_assert_int_eq(ring_create(&bench.ring), 0);
	bench_beat();
	ck_assert_int_eq(bench_open_server(&bench.server), 0);
}
END_TEST

START_TEST(one_connection_too_many_is_told_so_when_all_wait)
{
	int peers[PROTOCOL_CONNECTIONS_MAX + 1];

	for (unsigned at = 0; at < PROTOCOL_CONNECTIONS_MAX; at++) {
		peers[at] = peer_open();
		peer_say(peers[at], "{\"command\":\"later\"}\n");
		TURN_UNTIL(bench.kept_count == at + 1);
	}
	peers[PROTOCOL_CONNECTIONS_MAX] = peer_open();
	ck_assert_ptr_nonnull(strstr(peer_hear(peers[PROTOCOL_CONNECTIONS_MAX]), "EBUSY"));
	peer_expect_end(peers[PROTOCOL_CONNECTIONS_MAX]);

	/* Answered, it waits for nothing any more. */
	control_request_answer(bench.kept[7], NULL);
	peer_hear(peers[7]);

	int late = peer_open();

	peer_expect_served(late);
	ck_assert_ptr_nonnull(strstr(peer_hear(peers[7]), "EBUSY"));
	peer_expect_end(peers[7]);
	for (unsigned at = 0; at < PROTOCOL_CONNECTIONS_MAX; at++)
		if (at != 7)
			control_request_answer(bench.kept[at], NULL);
	close(late);
	for (unsigned at = 0; at <= PROTOCOL_CONNECTIONS_MAX; at++)
		close(peers[at]);
}
END_TEST

START_TEST(the_idlest_connection_makes_room_for_a_new_one)
{
	int peers[PROTOCOL_CONNECTIONS_MAX], late[3];

	for (unsigned at = 0; at < PROTOCOL_CONNECTIONS_MAX; at++) {
		peers[at] = peer_open();
		peer_expect_served(peers[at]);
	}
	/* The first holds something, the second is used again; the third only looks idle. */
	peer_say(peers[0], "{\"command\":\"hold\"}\n");
	peer_hear(peers[0]);
	peer_expect_served(peers[1]);
	peer_say(peers[2], "{\"command\":\"later\"}\n");
	TURN_UNTIL(bench.kept_count == 1);
	for (unsigned at = 0; at < 3; at++) {
		late[at] = peer_open();
		peer_expect_served(late[at]);
		ck_assert_ptr_nonnull(strstr(peer_hear(peers[3 + at]), "EBUSY"));
		peer_expect_end(peers[3 + at]);
	}
	ck_assert_uint_eq(bench.leases_let_go, 0);
	peer_expect_served(peers[1]);
	control_request_answer(bench.kept[0], NULL);
	for (unsigned at = 0; at < 3; at++)
		close(late[at]);
	for (unsigned at = 0; at < PROTOCOL_CONNECTIONS_MAX; at++)
		close(peers[at]);
	TURN_UNTIL(bench.leases_let_go == 1);
}
END_TEST

START_TEST(the_socket_is_its_owners_alone)
{
	struct stat status;

	ck_assert_int_eq(fstatat(bench.folder_fd, STATE_SOCKET, &status, 0), 0);
	ck_assert(S_ISSOCK(status.st_mode));
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
}
END_TEST

/* Connects as nobody; exits 0 when it was told EPERM and disconnected, as the mode is 0666. */
static int intrude(void)
{
	struct sockaddr_un to = bench_address();
	char line[200] = "";
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (setuid(65534) < 0)
		return 2;
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		return errno == EACCES ? 3 : 4;
	if (send(fd, "{\"command\":\"later\"}\n", 20, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		return 5;
	recv(fd, line, sizeof line - 1, 0);
	if (!strstr(line, "EPERM"))
		return 6;
	return recv(fd, line, 1, 0) <= 0 ? 0 : 7;
}

static int intruder_says(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(intrude());
	TURN_UNTIL(waitpid(child, &status, WNOHANG) == child);
	return WEXITSTATUS(status);
}

START_TEST(another_user_is_kept_out_twice)
{
	if (geteuid() != 0) {
		fprintf(stderr, "not root: skipped\n");
		return;
	}
	/* First by the mode, ... */
	ck_assert_int_eq(fchmodat(AT_FDCWD, bench.folder, 0711, 0), 0);
	ck_assert_int_eq(fchmodat(bench.folder_fd, "..", 0711, 0), 0);
	ck_assert_int_eq(intruder_says(), 3);

	/* ... then, where somebody opened it, by who it is. */
	ck_assert_int_eq(fchmodat(bench.folder_fd, STATE_SOCKET, 0666, 0), 0);
	ck_assert_int_eq(intruder_says(), 0);
	ck_assert_uint_eq(bench.kept_count, 0);
}
END_TEST

START_TEST(a_living_rigs_socket_is_not_taken_over)
{
	struct control_server *second = NULL;

	ck_assert_int_eq(bench_open_server(&second), -EADDRINUSE);
	ck_assert_ptr_null(second);
}
END_TEST

START_TEST(a_dead_rigs_socket_is_replaced)
{
	struct sockaddr_un to = bench_address();
	int peer, dead;

	bench_close_server();

	dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(dead, (struct sockaddr *)&to, sizeof to), 0);
	close(dead);
	ck_assert_int_eq(bench_open_server(&bench.server), 0);
	peer = peer_open();
	peer_expect_served(peer);
	close(peer);
}
END_TEST

START_TEST(what_is_no_socket_is_left_alone)
{
	int fd;

	bench_close_server();

	fd = openat(bench.folder_fd, STATE_SOCKET, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(bench_open_server(&bench.server), -EEXIST);
	ck_assert_int_eq(unlinkat(bench.folder_fd, STATE_SOCKET, 0), 0);
	ck_assert_int_eq(bench_open_server(&bench.server), 0);
}
END_TEST

static TCase *connections_case(void)
{
	TCase *tests = tcase_create("connections");

	tcase_add_checked_fixture(tests, bench_set_up, bench_tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, the_answer_to_a_peer_that_left_is_dropped);
	tcase_add_test(tests, a_lease_is_let_go_when_the_peer_leaves);
	tcase_add_test(tests, a_lease_is_let_go_while_a_request_waits);
	tcase_add_test(tests, who_left_is_let_go_before_another_command_acts);
	tcase_add_test(tests, a_lease_that_has_ended_is_not_let_go);
	tcase_add_test(tests, closing_the_server_ends_connections_and_lets_leases_go);
	tcase_add_test(tests, a_server_whose_ring_is_gone_can_be_destroyed);
	tcase_add_test(tests, one_connection_too_many_is_told_so_when_all_wait);
	tcase_add_test(tests, the_idlest_connection_makes_room_for_a_new_one);
	tcase_add_test(tests, the_socket_is_its_owners_alone);
	tcase_add_test(tests, another_user_is_kept_out_twice);
	tcase_add_test(tests, a_living_rigs_socket_is_not_taken_over);
	tcase_add_test(tests, a_dead_rigs_socket_is_replaced);
	tcase_add_test(tests, what_is_no_socket_is_left_alone);
	return tests;
}

int main(int argc, char **argv)
{
	Suite *suite = suite_create("control connections");

	(void)argc;

	suite_add_tcase(suite, connections_case());
	return engine_suite_run(suite, argv[0]);
}
