/* SPDX-License-Identifier: Apache-2.0 */
/* played_rig.c - see played_rig.h. */
#include "tests/unit/played_rig.h"

#include <check.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "simfs/control/protocol.h"

#define PEERS_MAX  16
#define LINE_BYTES 1024

struct peer {
	int fd;
	bool follows;
	json_int_t has;	    /* of the rules */
	json_int_t request; /* his question, which waits for others; 0: none */
	char bytes[LINE_BYTES];
	size_t length;
};

struct played_rig {
	char root[64], mount_point[128];
	int listen_fd, wake_fd;
	struct peer peers[PEERS_MAX];
	unsigned peer_count;

	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t turned;
	char *rules, *answer, *strike;
	json_int_t revision;
	unsigned strikes;
	bool drops, is_ending;
	pthread_t thread;
};

/* ' for " */
static char *quoted(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	for (char *at = copy; at && *at; at++)
		if (*at == '\'')
			*at = '"';
	return copy;
}

/* ---- its thread, with the lock but while it waits ---- */

static void peer_close(struct played_rig *rig, unsigned at)
{
	close(rig->peers[at].fd);
	rig->peers[at] = rig->peers[--rig->peer_count];
}

static void say(const struct peer *peer, json_int_t id, const char *result)
{
	char line[2 * LINE_BYTES];
	int length = snprintf(line, sizeof line,
		"{\"id\":%" JSON_INTEGER_FORMAT ",\"ok\":true,\"result\":%s}\n", id, result);

	(void)!send(peer->fd, line, (size_t)length, MSG_NOSIGNAL);
}

static void answer_follower(struct played_rig *rig, struct peer *peer)
{
	char result[LINE_BYTES];

	snprintf(result, sizeof result,
		"{\"revision\":%" JSON_INTEGER_FORMAT
		",\"releases\":0,\"phase\":\"\",\"rules\":%s}",
		rig->revision, rig->rules);
	if (!rig->answer)
		say(peer, peer->request, result);
	else
		(void)!send(peer->fd, rig->answer, strlen(rig->answer), MSG_NOSIGNAL);
	peer->request = 0;
}

static void handle(struct played_rig *rig, struct peer *peer, const char *line)
{
	json_t *request = json_loads(line, 0, NULL);
	json_int_t id = json_integer_value(json_object_get(request, "id"));
	const char *command = json_string_value(json_object_get(request, "command"));

	if (command && strcmp(command, "fault.strike") == 0) {
		rig->strikes++;
		say(peer, id, rig->strike);
	} else if (command && strcmp(command, "fault.follow") == 0) {
		peer->follows = true;
		peer->has = json_integer_value(json_object_get(request, "revision"));
		peer->request = id;
	}
	json_decref(request);
}

/* False: he has left. */
static bool hear(struct played_rig *rig, struct peer *peer)
{
	ssize_t got = recv(peer->fd, peer->bytes + peer->length,
		sizeof peer->bytes - 1 - peer->length, MSG_DONTWAIT);
	char *end;

	if (got <= 0)
		return false;
	peer->length += (size_t)got;
	peer->bytes[peer->length] = '\0';
	while ((end = strchr(peer->bytes, '\n'))) {
		*end = '\0';
		handle(rig, peer, peer->bytes);
		peer->length -= (size_t)(end + 1 - peer->bytes);
		memmove(peer->bytes, end + 1, peer->length + 1);
	}
	return true;
}

static void wait_for_somebody(struct played_rig *rig, struct pollfd *polled)
{
	unsigned count = rig->peer_count;

	for (unsigned i = 0; i < count; i++)
		polled[i] = (struct pollfd){ .fd = rig->peers[i].fd, .events = POLLIN };
	polled[count] = (struct pollfd){ .fd = rig->wake_fd, .events = POLLIN };
	polled[count + 1] = (struct pollfd){ .fd = rig->listen_fd, .events = POLLIN };
	pthread_mutex_unlock(&rig->lock);
	poll(polled, count + 2, -1);
	pthread_mutex_lock(&rig->lock);
}

static void turn(struct played_rig *rig)
{
	struct pollfd polled[PEERS_MAX + 2];
	unsigned count = rig->peer_count;
	uint64_t wakes;

	wait_for_somebody(rig, polled);
	/* From the last on, as that takes the place of one that goes. */
	for (unsigned i = count; i-- > 0;)
		if (polled[i].revents && !hear(rig, &rig->peers[i]))
			peer_close(rig, i);
	if (polled[count].revents)
		(void)!read(rig->wake_fd, &wakes, sizeof wakes);
	for (unsigned i = rig->peer_count; i-- > 0;)
		if (rig->drops && rig->peers[i].follows)
			peer_close(rig, i);
	rig->drops = false;
	for (unsigned i = 0; i < rig->peer_count; i++)
		if (rig->peers[i].request && rig->peers[i].has != rig->revision)
			answer_follower(rig, &rig->peers[i]);
	if (polled[count + 1].revents && rig->peer_count < PEERS_MAX)
		rig->peers[rig->peer_count++] = (struct peer){ .fd = accept4(rig->listen_fd, NULL,
								       NULL, SOCK_CLOEXEC) };
	pthread_cond_broadcast(&rig->turned);
}

static void *play(void *argument)
{
	struct played_rig *rig = argument;

	pthread_mutex_lock(&rig->lock);
	while (!rig->is_ending)
		turn(rig);
	while (rig->peer_count > 0)
		peer_close(rig, 0);
	pthread_mutex_unlock(&rig->lock);
	return NULL;
}

/* ---- the test ---- */

static void wake(struct played_rig *rig)
{
	uint64_t one = 1;

	ck_assert_int_eq(write(rig->wake_fd, &one, sizeof one), sizeof one);
}

static void make_mount(struct played_rig *rig)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[256];

	snprintf(rig->root, sizeof rig->root, "/tmp/snaprig-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(rig->root));
	snprintf(rig->mount_point, sizeof rig->mount_point, "%s/mount", rig->root);
	ck_assert_int_eq(mkdir(rig->mount_point, 0700), 0);
	snprintf(path, sizeof path, "%s/" MOUNT_RIG, rig->mount_point);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/" STATE_SOCKET, rig->root);
	snprintf(path, sizeof path, "%s/" MOUNT_CONTROL, rig->mount_point);
	ck_assert_int_eq(symlink(address.sun_path, path), 0);
	rig->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(rig->listen_fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(rig->listen_fd, PEERS_MAX), 0);
}

struct played_rig *played_rig_start(const char *rules)
{
	struct played_rig *rig = calloc(1, sizeof *rig);

	ck_assert_ptr_nonnull(rig);
	make_mount(rig);
	rig->wake_fd = eventfd(0, EFD_CLOEXEC);
	pthread_mutex_init(&rig->lock, NULL);
	pthread_cond_init(&rig->turned, NULL);
	rig->rules = quoted(rules);
	rig->strike = quoted("{'fired':false,'action':null,'error':null}");
	rig->revision = 1;
	ck_assert_int_eq(pthread_create(&rig->thread, NULL, play, rig), 0);
	return rig;
}

void played_rig_end(struct played_rig *rig)
{
	char command[128];

	pthread_mutex_lock(&rig->lock);
	rig->is_ending = true;
	pthread_mutex_unlock(&rig->lock);
	wake(rig);
	pthread_join(rig->thread, NULL);
	close(rig->listen_fd);
	close(rig->wake_fd);
	snprintf(command, sizeof command, "rm -r '%s'", rig->root);
	ck_assert_int_eq(system(command), 0);
	pthread_mutex_destroy(&rig->lock);
	pthread_cond_destroy(&rig->turned);
	free(rig->rules);
	free(rig->answer);
	free(rig->strike);
	free(rig);
}

const char *played_rig_mount_point(const struct played_rig *rig)
{
	return rig->mount_point;
}

static bool all_have_the_rules(const struct played_rig *rig)
{
	for (unsigned i = 0; i < rig->peer_count; i++)
		if (rig->peers[i].follows && rig->peers[i].has != rig->revision)
			return false;
	return true;
}

void played_rig_set_rules(struct played_rig *rig, const char *rules)
{
	pthread_mutex_lock(&rig->lock);
	free(rig->rules);
	rig->rules = quoted(rules);
	rig->revision++;
	wake(rig);
	while (!all_have_the_rules(rig))
		pthread_cond_wait(&rig->turned, &rig->lock);
	pthread_mutex_unlock(&rig->lock);
}

void played_rig_set_answer(struct played_rig *rig, const char *answer)
{
	pthread_mutex_lock(&rig->lock);
	free(rig->answer);
	rig->answer = quoted(answer);
	pthread_mutex_unlock(&rig->lock);
}

void played_rig_set_strike(struct played_rig *rig, const char *result)
{
	pthread_mutex_lock(&rig->lock);
	free(rig->strike);
	rig->strike = quoted(result);
	pthread_mutex_unlock(&rig->lock);
}

static unsigned followers(const struct played_rig *rig)
{
	unsigned count = 0;

	for (unsigned i = 0; i < rig->peer_count; i++)
		count += rig->peers[i].follows;
	return count;
}

void played_rig_drop(struct played_rig *rig)
{
	pthread_mutex_lock(&rig->lock);
	rig->drops = true;
	wake(rig);
	while (followers(rig) > 0)
		pthread_cond_wait(&rig->turned, &rig->lock);
	pthread_mutex_unlock(&rig->lock);
}

unsigned played_rig_strikes(struct played_rig *rig)
{
	unsigned strikes;

	pthread_mutex_lock(&rig->lock);
	strikes = rig->strikes;
	rig->strikes = 0;
	pthread_mutex_unlock(&rig->lock);
	return strikes;
}

void played_rig_expect_followers(struct played_rig *rig, unsigned count)
{
	pthread_mutex_lock(&rig->lock);
	while (followers(rig) != count)
		pthread_cond_wait(&rig->turned, &rig->lock);
	pthread_mutex_unlock(&rig->lock);
}
