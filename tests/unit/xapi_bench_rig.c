/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the rig of a bench, and when it answers. */
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/control/protocol.h"
#include "tests/unit/run_folder.h"
#include "tests/unit/xapi_bench.h"

#define PEERS_MAX	80
#define QUESTIONS_BYTES (1u << 20)
#define LINE_BYTES	4096

static struct {
	pthread_t thread;
	bool is_there;
	int ending;
	_Atomic bool hangs;
	const char *_Atomic reply; /* NULL: no fault strikes */

	pthread_mutex_t mutex;
	char questions[QUESTIONS_BYTES];

	struct pollfd at[2 + PEERS_MAX]; /* the end, the listener, those that ask */
	FILE *peers[PEERS_MAX];
	nfds_t count;
} rig = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static void keep_question(const char *line)
{
	size_t length;

	pthread_mutex_lock(&rig.mutex);
	length = strlen(rig.questions);
	snprintf(rig.questions + length, QUESTIONS_BYTES - length, "%s", line);
	pthread_mutex_unlock(&rig.mutex);
}

/* One line of the peer NUMBER is answered; false: it has gone. */
static bool answer(nfds_t number)
{
	const char *reply = rig.reply;
	char line[LINE_BYTES], text[256];
	json_t *question;

	if (!fgets(line, sizeof line, rig.peers[number]))
		return false;
	keep_question(line);
	if (rig.hangs)
		return true;
	question = json_loads(line, 0, NULL);
	snprintf(text, sizeof text,
		"{\"id\": %lld, \"ok\": true, \"result\": {\"fired\": %s, \"reply\": \"%s\"}}\n",
		(long long)json_integer_value(json_object_get(question, "id")),
		reply ? "true" : "false", reply ? reply : "");
	json_decref(question);
	return send(rig.at[2 + number].fd, text, strlen(text), MSG_NOSIGNAL) > 0;
}

static void take_peer(void)
{
	int fd = accept4(rig.at[1].fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0 || rig.count == PEERS_MAX) {
		close(fd);
		return;
	}
	rig.peers[rig.count] = fdopen(fd, "re");
	rig.at[2 + rig.count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static void *serve(void *context)
{
	(void)context;
	for (;;) {
		poll(rig.at, 2 + rig.count, -1);
		if (rig.at[0].revents)
			return NULL;
		for (nfds_t i = 0; i < rig.count; i++)
			if (rig.at[2 + i].revents && !answer(i))
				rig.at[2 + i].fd = -1;
		if (rig.at[1].revents)
			take_peer();
	}
}

void xapi_bench_rig_begin(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "mnt/.snaprig/socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(fd, PEERS_MAX), 0);
	ck_assert_int_eq(symlink("socket", "mnt/" MOUNT_CONTROL), 0);
	rig.ending = eventfd(0, EFD_CLOEXEC);
	rig.at[0] = (struct pollfd){ .fd = rig.ending, .events = POLLIN };
	rig.at[1] = (struct pollfd){ .fd = fd, .events = POLLIN };
	rig.questions[0] = '\0';
	rig.count = 0;
	rig.hangs = false;
	rig.reply = NULL;
	ck_assert_int_eq(pthread_create(&rig.thread, NULL, serve, NULL), 0);
	rig.is_there = true;
}

static void rig_end(void)
{
	if (!rig.is_there)
		return;
	eventfd_write(rig.ending, 1);
	pthread_join(rig.thread, NULL);
	for (nfds_t i = 0; i < rig.count; i++)
		fclose(rig.peers[i]);
	close(rig.at[1].fd);
	close(rig.ending);
	rig.is_there = false;
}

void xapi_bench_rig_strike(const char *reply)
{
	rig.reply = reply;
}

void xapi_bench_rig_hang(bool hangs)
{
	rig.hangs = hangs;
}

unsigned xapi_bench_rig_asked(const char *word)
{
	unsigned count = 0;

	pthread_mutex_lock(&rig.mutex);
	for (const char *at = rig.questions; (at = strstr(at, word)); at++)
		count++;
	pthread_mutex_unlock(&rig.mutex);
	return count;
}

void xapi_bench_teardown(void)
{
	struct xapi_bench *bench = &xapi_bench;

	http_server_quiesce(bench->http);
	disks_stop(bench->disks);
	calls_stop(bench->routes.calls);
	workers_wait(bench->routes.workers);
	transfers_destroy(bench->routes.transfers);
	http_server_destroy(bench->http);
	workers_destroy(bench->routes.workers);
	calls_destroy(bench->routes.calls);
	disks_finish(bench->disks);
	rig_end();
	pool_destroy(bench->pool);
	pool_config_destroy(bench->config);
	run_folder_teardown();
}
