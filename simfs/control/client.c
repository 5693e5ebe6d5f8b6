/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/control/client.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/list.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/control/client_connect.h"
#include "simfs/control/protocol.h"

/* No answer is longer than this; whatever sends one is not a volume. */
#define ANSWER_MAX_BYTES (64u * 1024 * 1024)

#define RECEIVE_BYTES	 4096

/* An answer that arrived before anyone waited for it. */
struct early_answer {
	struct list link;
	uint64_t id;
	json_t *answer;
};

struct control_client {
	struct control_peer peer;
	uint64_t latest_id;
	struct list early_answers;
	char message[1024];

	/* Received bytes after the last whole line. */
	char *bytes;
	size_t length;
	size_t size;
	size_t scanned; /* up to here it has no newline */
};

/* ---- connecting ---- */

static int client_create(const struct control_peer *peer, struct control_client **ret)
{
	struct control_client *client = calloc(1, sizeof *client);

	if (!client) {
		close(peer->fd);
		if (peer->pidfd >= 0)
			close(peer->pidfd);
		return -ENOMEM;
	}
	client->peer = *peer;
	list_init(&client->early_answers);
	*ret = client;
	return 0;
}

int control_client_connect_socket(const char *socket_path, struct control_client **ret)
{
	struct control_peer peer;
	int error = control_peer_connect(socket_path, &peer);

	return error < 0 ? error : client_create(&peer, ret);
}

int control_client_connect_within(
	const char *mount_point, uint64_t patience_ns, struct control_client **ret)
{
	struct control_peer peer;
	int error = control_peer_find(mount_point, patience_ns, &peer);

	return error < 0 ? error : client_create(&peer, ret);
}

uint64_t control_client_patience_ns(void)
{
	const char *text = getenv("SNAPRIG_TIMEOUT");
	uint64_t patience_ns;

	if (!text || duration_parse(text, &patience_ns) < 0 || patience_ns == 0)
		return CONTROL_PATIENCE_NS;
	return patience_ns;
}

pid_t control_client_pid(const struct control_client *client)
{
	return client->peer.pid;
}

bool control_client_has_ended(const struct control_client *client)
{
	return control_peer_has_ended(&client->peer);
}

void control_client_hang_up(const struct control_client *client)
{
	control_peer_hang_up(&client->peer);
}

void control_client_destroy(struct control_client *client)
{
	struct list *link;

	if (!client)
		return;

	while ((link = list_pop(&client->early_answers))) {
		struct early_answer *early = CONTAINER_OF(link, struct early_answer, link);

		json_decref(early->answer);
		free(early);
	}
	close(client->peer.fd);
	if (client->peer.pidfd >= 0)
		close(client->peer.pidfd);
	free(client->bytes);
	free(client);
}

/* ---- sending ---- */

static int send_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EPIPE ? -ECONNRESET : -errno;
		bytes += sent;
		length -= (size_t)sent;
	}
	return 0;
}

int control_client_send(
	struct control_client *client, const char *command, json_t *arguments, uint64_t *ret_id)
{
	uint64_t id = client->latest_id + 1;
	json_t *request = arguments ? arguments : json_object();

	if (!json_is_object(request)) {
		json_decref(request);
		return -EILSEQ;
	}
	if (json_object_set_new(request, "id", json_integer((json_int_t)id)) < 0 ||
		json_object_set_new(request, "command", json_string(command)) < 0) {
		json_decref(request);
		return -ENOMEM;
	}

	AUTO(auto_free) char *text = json_dumps(request, JSON_COMPACT);

	json_decref(request);
	if (!text)
		return -ENOMEM;

	/* Sent in one piece: the newline replaces the string's NUL. */
	size_t length = strlen(text);

	if (length > PROTOCOL_LINE_MAX_BYTES)
		return -EMSGSIZE;
	text[length] = '\n';

	int result = send_all(client->peer.fd, text, length + 1);

	/* A volume that turns a connection away sends the reason before it hangs up. */
	if (result < 0 && result != -ECONNRESET)
		return result;

	client->latest_id = id;
	*ret_id = id;
	return 0;
}

/* ---- receiving ---- */

/* The timeout of poll() in milliseconds until DEADLINE_NS (0: never), rounded up. */
static int milliseconds_until(uint64_t deadline_ns)
{
	uint64_t now = clock_now_ns();

	if (deadline_ns == 0)
		return -1;
	if (now >= deadline_ns)
		return 0;

	uint64_t milliseconds = (deadline_ns - now + NS_PER_MS - 1) / NS_PER_MS;

	return milliseconds > INT_MAX ? INT_MAX : (int)milliseconds;
}

static uint64_t deadline_of(uint64_t timeout_ns)
{
	return timeout_ns == 0 ? 0 : clock_now_ns() + timeout_ns;
}

/* Receives more bytes.  Returns 0, -ETIMEDOUT, -ECONNRESET at the end, or -errno. */
static int receive_more(struct control_client *client, uint64_t deadline_ns)
{
	struct pollfd poll_fd = { .fd = client->peer.fd, .events = POLLIN };

	if (client->size - client->length < RECEIVE_BYTES) {
		size_t size = 2 * client->size + RECEIVE_BYTES;
		char *bytes = size <= ANSWER_MAX_BYTES ? realloc(client->bytes, size) : NULL;

		if (!bytes)
			return -ENOMEM;
		client->bytes = bytes;
		client->size = size;
	}

	for (;;) {
		int ready = poll(&poll_fd, 1, milliseconds_until(deadline_ns));

		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0)
			break;
		if (ready == 0 && milliseconds_until(deadline_ns) == 0)
			return -ETIMEDOUT;
	}

	ssize_t received = recv(client->peer.fd, client->bytes + client->length,
		client->size - client->length, MSG_DONTWAIT);

	if (received == 0)
		return -ECONNRESET;
	if (received < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	client->length += (size_t)received;
	return 0;
}

/*
 * The next line as an object, which the caller frees.  Returns -EPROTO if it is not an object,
 * which no volume sends.
 */
static int receive_answer(struct control_client *client, uint64_t deadline_ns, json_t **ret)
{
	char *newline;

	while (!(newline = client->bytes ? memchr(client->bytes + client->scanned, '\n',
						   client->length - client->scanned)
					 : NULL)) {
		client->scanned = client->length;

		int result = receive_more(client, deadline_ns);

		if (result < 0)
			return result;
	}

	size_t line_length = (size_t)(newline - client->bytes);
	json_t *answer = json_loadb(client->bytes, line_length, 0, NULL);

	client->length -= line_length + 1;
	client->scanned = 0;
	memmove(client->bytes, newline + 1, client->length);
	if (!json_is_object(answer)) {
		json_decref(answer);
		return -EPROTO;
	}
	*ret = answer;
	return 0;
}

/* ---- waiting ---- */

static int keep_early_answer(struct control_client *client, uint64_t id, json_t *answer)
{
	struct early_answer *early = malloc(sizeof *early);

	if (!early) {
		json_decref(answer);
		return -ENOMEM;
	}
	*early = (struct early_answer){ .id = id, .answer = answer };
	list_append(&client->early_answers, &early->link);
	return 0;
}

static json_t *take_early_answer(struct control_client *client, uint64_t id)
{
	list_for_each (link, &client->early_answers) {
		struct early_answer *early = CONTAINER_OF(link, struct early_answer, link);

		if (early->id == id) {
			json_t *answer = early->answer;

			list_remove(&early->link);
			free(early);
			return answer;
		}
	}
	return NULL;
}

/* Evaluates ANSWER (stolen): 0 and the result, or the volume's -errno and message. */
static int read_answer(struct control_client *client, json_t *answer, json_t **ret_result)
{
	const char *name = json_string_value(json_object_get(answer, "error"));
	const char *message = json_string_value(json_object_get(answer, "message"));
	int result = 0;

	if (json_is_true(json_object_get(answer, "ok"))) {
		if (ret_result)
			*ret_result = json_incref(json_object_get(answer, "result"));
	} else {
		result = name ? error_from_name(name) : 0;
		if (result == 0)
			result = -EPROTO;
		snprintf(client->message, sizeof client->message, "%s", message ? message : "");
	}
	json_decref(answer);
	return result;
}

int control_client_wait(
	struct control_client *client, uint64_t id, uint64_t timeout_ns, json_t **ret_result)
{
	uint64_t deadline_ns = deadline_of(timeout_ns);
	json_t *answer = take_early_answer(client, id);

	client->message[0] = '\0';
	while (!answer) {
		int result = receive_answer(client, deadline_ns, &answer);

		if (result < 0)
			return result;

		json_t *answer_id = json_object_get(answer, "id");

		/* An answer without an id is about the connection as a whole. */
		if (!json_is_integer(answer_id))
			break;
		if ((uint64_t)json_integer_value(answer_id) == id)
			break;

		result = keep_early_answer(
			client, (uint64_t)json_integer_value(answer_id), TAKE_PTR(answer));
		if (result < 0)
			return result;
	}
	return read_answer(client, answer, ret_result);
}

int control_client_call(struct control_client *client, const char *command, json_t *arguments,
	uint64_t timeout_ns, json_t **ret_result)
{
	uint64_t id;
	int result = control_client_send(client, command, arguments, &id);

	if (result < 0)
		return result;
	return control_client_wait(client, id, timeout_ns, ret_result);
}

const char *control_client_message(const struct control_client *client)
{
	return client->message;
}

/* The pidfd becomes readable only after all files of the process are closed. */
static int wait_for_process(const struct control_client *client, uint64_t deadline_ns)
{
	struct pollfd process = { .fd = client->peer.pidfd, .events = POLLIN };
	int ended;

	if (client->peer.pidfd < 0)
		return 0;
	do {
		ended = poll(&process, 1, milliseconds_until(deadline_ns));
		if (ended < 0 && errno != EINTR)
			return -errno;
	} while (ended < 0);
	return ended > 0 ? 0 : -ETIMEDOUT;
}

int control_client_wait_end(struct control_client *client, uint64_t timeout_ns)
{
	uint64_t deadline_ns = deadline_of(timeout_ns);

	for (;;) {
		int result;

		/* Discard answers: nobody will ask for them. */
		client->length = client->scanned = 0;
		result = receive_more(client, deadline_ns);
		if (result == -ECONNRESET)
			return wait_for_process(client, deadline_ns);
		if (result < 0)
			return result;
	}
}
