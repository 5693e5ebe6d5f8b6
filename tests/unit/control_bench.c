/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/control_bench.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/control/protocol.h"

/* Makes the path of the socket longer than sun_path. */
#define DEEP_NAME "a-folder-whose-name-alone-takes-up-more-than-half-of-what-sun-path-can-hold"

struct control_bench bench;

/* Shared: a ring that a test destroys forgets it. */
static struct ring_op heartbeat = { .is_shared = true };
static struct __kernel_timespec heartbeat_period = { .tv_nsec = NS_PER_MS };
static bool heart_stopped;

static const struct control_command *bench_commands;
static void *bench_context;

/* ---- the commands of the tests ---- */

static void run_echo(struct control_request *request, void *context)
{
	ck_assert_ptr_eq(context, &bench.kept_count);
	control_request_answer(request, json_incref(json_object_get(request->arguments, "text")));
}

static void run_later(struct control_request *request, void *context)
{
	(void)context;
	bench.kept[bench.kept_count++] = request;
}

static void run_refuse(struct control_request *request, void *context)
{
	(void)context;
	control_request_refuse(request, -EEXIST, "snapshot '%s' exists already", "s0");
}

void bench_count_let_go(struct control_lease *lease)
{
	(void)lease;
	bench.leases_let_go++;
}

static void run_hold(struct control_request *request, void *context)
{
	(void)context;
	ck_assert(control_lease_begin(&bench.lease, request->connection, NULL));
	control_request_answer(request, NULL);
}

static void run_release(struct control_request *request, void *context)
{
	(void)context;
	control_lease_end(&bench.lease);
	control_request_answer(request, NULL);
}

static void run_flood(struct control_request *request, void *context)
{
	static char text[FLOOD_BYTES + 1];

	(void)context;
	memset(text, 'x', sizeof text - 1);
	control_request_answer(request, json_string(text));
}

static const char *const echo_arguments[] = { "text", NULL };

static const struct control_command own_commands[] = {
	{ "echo", run_echo, echo_arguments, NULL },
	{ "later", run_later, NULL, NULL },
	{ "refuse", run_refuse, NULL, NULL },
	{ "hold", run_hold, NULL, NULL },
	{ "release", run_release, NULL, NULL },
	{ "flood", run_flood, NULL, NULL },
	{ NULL, NULL, NULL, NULL },
};

/* ---- the event loop, turned by the test ---- */

void bench_beat(void)
{
	struct io_uring_sqe *sqe = ring_sqe(bench.ring);

	io_uring_prep_timeout(sqe, &heartbeat_period, 0, 0);
	ring_start(bench.ring, sqe, &heartbeat);
}

static void heartbeat_done(struct ring_op *op, int result, uint32_t flags)
{
	(void)op;
	(void)result;
	(void)flags;
	if (!heart_stopped)
		bench_beat();
}

void bench_turn(void)
{
	ck_assert_int_eq(ring_run_once(bench.ring), 0);
	if (bench.turned)
		bench.turned();
}

void bench_turn_for_ms(unsigned turns)
{
	while (turns-- > 0)
		bench_turn();
}

/* ---- peers ---- */

struct sockaddr_un bench_address(void)
{
	struct sockaddr_un made = { .sun_family = AF_UNIX };

	snprintf(made.sun_path, sizeof made.sun_path, "/proc/self/fd/%d/%s", bench.folder_fd,
		STATE_SOCKET);
	return made;
}

int peer_open(void)
{
	struct sockaddr_un to = bench_address();
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

void peer_say(int fd, const char *text)
{
	size_t length = strlen(text);

	ck_assert_int_eq(send(fd, text, length, MSG_NOSIGNAL), (ssize_t)length);
}

bool peer_is_told(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0;
}

const char *peer_hear(int fd)
{
	static char line[128 * 1024];
	size_t length = 0;

	for (;;) {
		TURN_UNTIL(peer_is_told(fd));

		/* Looked at first, so that nothing of the next line is taken. */
		char *at = line + length;
		ssize_t seen = recv(fd, at, sizeof line - length, MSG_PEEK);
		char *end = seen > 0 ? memchr(at, '\n', (size_t)seen) : NULL;
		size_t taken = end ? (size_t)(end - at) + 1 : (size_t)seen;

		if (seen <= 0)
			break;
		ck_assert_int_eq(recv(fd, at, taken, 0), (ssize_t)taken);
		length += taken;
		ck_assert_uint_lt(length, sizeof line);
		if (end) {
			length--;
			break;
		}
	}
	line[length] = '\0';
	return line;
}

void peer_expect(int fd, const char *answer)
{
	ck_assert_str_eq(peer_hear(fd), answer);
}

void peer_expect_end(int fd)
{
	peer_expect(fd, "");
}

void peer_expect_served(int fd)
{
	peer_say(fd, "{\"id\":1,\"command\":\"echo\"}\n");
	peer_expect(fd, "{\"id\":1,\"ok\":true,\"result\":{}}");
}

/* ---- fixture ---- */

int bench_open_server(struct control_server **ret)
{
	return control_server_create(
		bench.ring, bench.folder_fd, bench_commands, bench_context, ret);
}

void bench_close_server(void)
{
	control_server_close(bench.server);
	TURN_UNTIL(control_server_idle(bench.server));
	control_server_destroy(bench.server);
}

void bench_set_up(void)
{
	bench_set_up_with(own_commands, &bench.kept_count);
}

void bench_set_up_with(const struct control_command *commands, void *context)
{
	char root[] = "/tmp/snaprig-unit-XXXXXX";

	bench_commands = commands;
	bench_context = context;
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(bench.folder, sizeof bench.folder, "%s/" DEEP_NAME, root);
	ck_assert_int_eq(mkdir(bench.folder, 0700), 0);
	bench.folder_fd = open(bench.folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(bench.folder_fd, 0);
	ck_assert_int_eq(ring_create(&bench.ring), 0);
	ck_assert_int_eq(bench_open_server(&bench.server), 0);

	bench.kept_count = bench.leases_let_go = 0;
	bench.lease.let_go = bench_count_let_go;
	heart_stopped = false;
	heartbeat.done = heartbeat_done;
	bench_beat();
}

void bench_tear_down(void)
{
	bench_close_server();
	ck_assert_int_eq(faccessat(bench.folder_fd, STATE_SOCKET, F_OK, 0), -1);

	heart_stopped = true;
	TURN_UNTIL(ring_under_way(bench.ring) == 0);
	ring_destroy(bench.ring);
	close(bench.folder_fd);
	ck_assert_int_eq(rmdir(bench.folder), 0);
	*strrchr(bench.folder, '/') = '\0';
	ck_assert_int_eq(rmdir(bench.folder), 0);
}
