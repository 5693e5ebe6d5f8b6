/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/http/wire.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/doors/xapi/http/exchange.h"

#define IOV_AT_ONCE	16
#define CHUNK_FRAME_MAX 24

static struct exchange *exchange_of(struct wire *wire)
{
	return (struct exchange *)wire;
}

/* ---- the request ---- */

const char *wire_method(const struct wire *wire)
{
	return ((const struct exchange *)wire)->method;
}

const char *wire_path(const struct wire *wire)
{
	return ((const struct exchange *)wire)->path;
}

const char *wire_query(const struct wire *wire, const char *name)
{
	const struct exchange *exchange = (const struct exchange *)wire;

	for (size_t at = 0; at < exchange->query_count; at++)
		if (strcmp(exchange->query[at].name, name) == 0)
			return exchange->query[at].value;
	return NULL;
}

uint64_t wire_body_length(const struct wire *wire)
{
	return ((const struct exchange *)wire)->body_length;
}

static bool is_canceled(struct exchange *exchange)
{
	bool is_ending;

	pthread_mutex_lock(&exchange->server->mutex);
	is_ending = exchange->server->is_ending;
	pthread_mutex_unlock(&exchange->server->mutex);
	return is_ending;
}

int wire_read(struct wire *wire, const void **ret_bytes, size_t *ret_length)
{
	struct exchange *exchange = exchange_of(wire);
	bool is_gone;

	if (!exchange->at_end && exchange->chunk_given) {
		pthread_mutex_lock(&exchange->mutex);
		if (!exchange->is_gone) {
			exchange->state = EXCHANGE_READING;
			MHD_resume_connection(exchange->connection);
		}
		while (exchange->state == EXCHANGE_READING)
			pthread_cond_wait(&exchange->moved, &exchange->mutex);
		is_gone = exchange->is_gone;
		pthread_mutex_unlock(&exchange->mutex);
		if (is_gone)
			return is_canceled(exchange) ? -ECANCELED : -ECONNRESET;
	}
	exchange->chunk_given = true;
	*ret_bytes = exchange->at_end ? NULL : exchange->chunk;
	*ret_length = exchange->at_end ? 0 : exchange->chunk_length;
	return 0;
}

/*
 * Whether the socket is still open: in READING the library closes it when the client goes, and its
 * descriptor may be reused at once.  In OURS it stays open.
 */
static bool is_ours(struct exchange *exchange)
{
	bool is_there;

	pthread_mutex_lock(&exchange->mutex);
	is_there = exchange->state == EXCHANGE_OURS;
	pthread_mutex_unlock(&exchange->mutex);
	return is_there;
}

/* ---- the answer ---- */

/* Until more can be written. */
static int wait_for_room(struct exchange *exchange)
{
	struct pollfd at = { .fd = exchange->fd, .events = POLLOUT };
	uint64_t patience_ms = exchange->server->limits.patience_ns / NS_PER_MS;
	int count;

	if (!exchange_may_wait())
		return -EAGAIN;
	do
		count = poll(&at, 1, patience_ms > INT_MAX ? -1 : (int)patience_ms);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return -errno;
	return count == 0 ? -ETIMEDOUT : 0;
}

/* What ERROR (-errno of the socket) means to the wire's owner. */
static int client_error(struct exchange *exchange, int error)
{
	return is_canceled(exchange) ? -ECANCELED : error;
}

static int send_all(struct exchange *exchange, struct iovec *iov, size_t count)
{
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = count };

	if (!is_ours(exchange))
		return client_error(exchange, -ECONNRESET);
	while (message.msg_iovlen) {
		ssize_t sent = sendmsg(exchange->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0) {
			int error = errno == EAGAIN ? wait_for_room(exchange) : -errno;

			if (error < 0 && error != -EINTR)
				return client_error(exchange, error);
			continue;
		}
		while (message.msg_iovlen && (size_t)sent >= message.msg_iov->iov_len) {
			sent -= (ssize_t)message.msg_iov->iov_len;
			message.msg_iov++;
			message.msg_iovlen--;
		}
		if (message.msg_iovlen) {
			message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
			message.msg_iov->iov_len -= (size_t)sent;
		}
	}
	return 0;
}

int wire_raw(struct wire *wire, const void *bytes, size_t length)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = length };

	return send_all(exchange_of(wire), &iov, 1);
}

int wire_head(struct wire *wire, const struct wire_head *head)
{
	struct exchange *exchange = exchange_of(wire);
	AUTO(auto_free) char *text = NULL;
	char framing[64] = "Connection: close\r\n";
	const char *reason = head->reason ? head->reason : MHD_get_reason_phrase_for(head->status);
	int length;

	MUST(!exchange->has_head);
	exchange->has_head = true;
	exchange->framing = head->framing;
	if (head->framing == WIRE_LENGTH)
		snprintf(framing, sizeof framing, "Connection: close\r\nContent-Length: %llu\r\n",
			(unsigned long long)head->length);
	else if (head->framing == WIRE_CHUNKED)
		snprintf(framing, sizeof framing,
			"Connection: close\r\nTransfer-Encoding: chunked\r\n");
	length = asprintf(&text, "HTTP/1.%d %u %s\r\n%s%s\r\n", head->framing != WIRE_OLD_CLOSE,
		head->status, reason ? reason : "Unknown", framing,
		head->headers ? head->headers : "");
	if (length < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return wire_raw(wire, text, (size_t)length);
}

static size_t frame_begin(const struct exchange *exchange, uint64_t length, char *buffer)
{
	if (exchange->framing != WIRE_CHUNKED)
		return 0;
	return (size_t)snprintf(buffer, CHUNK_FRAME_MAX, "%llx\r\n", (unsigned long long)length);
}

int wire_write(struct wire *wire, const struct iovec *iov, size_t count)
{
	struct exchange *exchange = exchange_of(wire);
	struct iovec all[IOV_AT_ONCE];
	char frame[CHUNK_FRAME_MAX], end[] = "\r\n";
	size_t used = 0, length = 0, frame_length;

	MUST(exchange->has_head && count <= IOV_AT_ONCE - 2);
	for (size_t at = 0; at < count; at++)
		length += iov[at].iov_len;
	/* An empty chunk would be the last one. */
	if (length == 0)
		return 0;
	frame_length = frame_begin(exchange, length, frame);
	if (frame_length)
		all[used++] = (struct iovec){ frame, frame_length };
	for (size_t at = 0; at < count; at++)
		all[used++] = iov[at];
	if (frame_length)
		all[used++] = (struct iovec){ end, 2 };
	return send_all(exchange, all, used);
}

bool wire_wait(struct wire *wire, uint64_t ns)
{
	struct exchange *exchange = exchange_of(wire);
	struct pollfd at = { .fd = exchange->fd, .events = POLLRDHUP };
	struct timespec time = { .tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S) };

	return is_ours(exchange) && ppoll(&at, 1, &time, NULL) == 0;
}

void wire_end(struct wire *wire, enum wire_end kind)
{
	struct exchange *exchange = exchange_of(wire);
	struct http_server *server = exchange->server;
	bool is_there = is_ours(exchange);

	if (is_there && kind == WIRE_CLEAN && exchange->has_head &&
		exchange->framing == WIRE_CHUNKED)
		(void)wire_raw(wire, "0\r\n\r\n", 5);
	if (is_there && kind == WIRE_RESET)
		exchange_reset(exchange);
	pthread_mutex_lock(&server->mutex);
	list_remove(&exchange->link);
	pthread_mutex_unlock(&server->mutex);
	if (is_there)
		exchange_finish(exchange);
	exchange_give_up(exchange);
}
