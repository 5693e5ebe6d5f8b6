/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_bench.h - a control server with commands of its own, on a real ring
 * that the test itself turns, and peers on real sockets.
 *
 *	echo	answers with its argument `text`
 *	later	is kept in bench.kept; the test answers it
 *	refuse	is refused with EEXIST
 *	hold	ties bench.lease to the connection;  release	unties it
 *	flood	answers with 60000 bytes
 */
#ifndef SNAPRIG_TESTS_CONTROL_BENCH_H
#define SNAPRIG_TESTS_CONTROL_BENCH_H

#include <check.h>
#include <stdbool.h>
#include <sys/un.h>

#include "simfs/control/server.h"

/* What the `flood` command answers with. */
#define FLOOD_BYTES 60000

/* Turns of one millisecond; far more than any test needs. */
#define TURNS_MAX 10000

struct control_bench {
	struct ring *ring;
	struct control_server *server;
	char folder[256]; /* longer than a socket's path may be */
	int folder_fd;

	/* Requests that `later` keeps, oldest first. */
	struct control_request *kept[CONTROL_REQUESTS_MAX + 1];
	unsigned kept_count;

	struct control_lease lease;
	unsigned leases_let_go;

	/* Called after each turn, when it is set. */
	void (*turned)(void);
};

extern struct control_bench bench;

/* Around each test; the second closes the server, and checks that nothing is left. */
void bench_set_up(void);
void bench_tear_down(void);

/* As bench_set_up(), with other commands. */
void bench_set_up_with(const struct control_command *commands, void *context);

/* For tests that change servers on the way. */
int bench_open_server(struct control_server **ret);
void bench_close_server(void);

/* Has the event loop turn at least every millisecond, when the ring is a new one. */
void bench_beat(void);

/* One turn of the event loop, a millisecond at most. */
void bench_turn(void);
void bench_turn_for_ms(unsigned turns);

#define TURN_UNTIL(condition)                                                                      \
	do {                                                                                       \
		unsigned turns_ = 0;                                                               \
		while (!(condition)) {                                                             \
			ck_assert_msg(turns_++ < TURNS_MAX, "never came true: %s", #condition);    \
			bench_turn();                                                              \
		}                                                                                  \
	} while (0)

struct sockaddr_un bench_address(void);

/* A connected socket, the caller's. */
int peer_open(void);
void peer_say(int fd, const char *text);
bool peer_is_told(int fd);

/* The next line that the peer gets, without its end; "" when the server hung up. */
const char *peer_hear(int fd);
void peer_expect(int fd, const char *answer);
void peer_expect_end(int fd);

/* Asks for an echo, and gets it. */
void peer_expect_served(int fd);

/* Counts in bench.leases_let_go. */
void bench_count_let_go(struct control_lease *lease);

#endif
