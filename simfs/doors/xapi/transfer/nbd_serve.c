/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nbd_serve.c - the messages of an NBD client, and the replies.
 *
 *	greeting ──▶ options ──EXPORT_NAME──▶ reads ──DISC──▶ end
 *	               │  ▲                     │
 *	               └──┘ unsupported         └── an error is a reply, and reading continues
 *
 * Source: the protocol's description of the NetworkBlockDevice project, "fixed newstyle".
 */
#include "simfs/doors/xapi/transfer/nbd_serve.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/file_io.h"
#include "simfs/doors/xapi/calls/calls.h"
#include "simfs/doors/xapi/transfer/internal.h"

#define MAGIC		    0x4e42444d41474943ull /* "NBDMAGIC" */
#define OPTION_MAGIC	    0x49484156454f5054ull /* "IHAVEOPT" */
#define REPLY_MAGIC	    0x0003e889045565a9ull
#define REQUEST_MAGIC	    0x25609513u
#define ANSWER_MAGIC	    0x67446698u

#define FLAG_FIXED_NEWSTYLE 1u
#define FLAG_HAS_FLAGS	    1u
#define FLAG_READ_ONLY	    2u

#define OPTION_EXPORT_NAME  1u
#define OPTION_ABORT	    2u
#define REPLY_ACK	    1u
#define REPLY_UNSUPPORTED   0x80000001u

#define COMMAND_READ	    0u
#define COMMAND_WRITE	    1u
#define COMMAND_DISC	    2u

#define ERROR_IO	    5u
#define ERROR_INVALID	    22u

#define OPTION_MAX_BYTES    4096u
#define READ_MAX_BYTES	    (32u << 20)
#define ZEROS_BYTES	    124u

struct session {
	const struct transfer_options *options;
	const struct nbd_limits *limits;
	uint64_t begun_ns;
	int fd;
	int ending;
	int disk;
	struct disk_facts facts;
	char uuid[POOL_UUID_BYTES];
	struct striker striker;
};

/* ---- bytes ---- */

/* How long the client may still take. */
static uint64_t patience_ns(const struct session *session)
{
	const struct nbd_limits *limits = session->limits;
	uint64_t passed_ns = clock_now_ns() - session->begun_ns;

	if (session->disk >= 0)
		return limits->idle_ns;
	return passed_ns < limits->greeting_ns ? limits->greeting_ns - passed_ns : 0;
}

/* Waits until FD is ready for EVENTS.  Returns 0, -ECANCELED or -ETIMEDOUT. */
static int await(struct session *session, short events)
{
	struct pollfd at[] = { { .fd = session->fd, .events = events },
		{ .fd = session->ending, .events = POLLIN } };
	uint64_t ns = patience_ns(session);
	const struct timespec time = { .tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S) };
	int count = ppoll(at, 2, &time, NULL);

	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	if (count == 0)
		return -ETIMEDOUT;
	return at[1].revents ? -ECANCELED : 0;
}

static int receive(struct session *session, void *bytes, size_t length)
{
	uint8_t *to = bytes;

	while (length > 0) {
		ssize_t got = recv(session->fd, to, length, 0);
		int error = 0;

		if (got == 0)
			return -ECONNRESET;
		if (got < 0)
			error = errno == EAGAIN || errno == EINTR ? await(session, POLLIN) : -errno;
		if (error < 0)
			return error;
		to += got > 0 ? got : 0;
		length -= got > 0 ? (size_t)got : 0;
	}
	return 0;
}

static int transmit(struct session *session, const void *bytes, size_t length)
{
	const uint8_t *from = bytes;

	while (length > 0) {
		ssize_t put = send(session->fd, from, length, MSG_NOSIGNAL);
		int error = 0;

		if (put < 0)
			error = errno == EAGAIN || errno == EINTR ? await(session, POLLOUT)
								  : -errno;
		if (error < 0)
			return error;
		from += put > 0 ? put : 0;
		length -= put > 0 ? (size_t)put : 0;
	}
	return 0;
}

static bool is_left(void *context)
{
	struct session *session = context;
	struct pollfd at[] = { { .fd = session->fd, .events = POLLRDHUP },
		{ .fd = session->ending, .events = POLLIN } };

	return poll(at, 2, 0) > 0;
}

/* ---- options ---- */

struct option {
	uint64_t magic;
	uint32_t option;
	uint32_t length;
} __attribute__((packed));

struct option_reply {
	uint64_t magic;
	uint32_t option;
	uint32_t type;
	uint32_t length;
} __attribute__((packed));

struct export_reply {
	uint64_t size_bytes;
	uint16_t flags;
	uint8_t zeros[ZEROS_BYTES];
} __attribute__((packed));

static int reply_option(struct session *session, uint32_t option, uint32_t type)
{
	const struct option_reply reply = { htobe64(REPLY_MAGIC), htobe32(option), htobe32(type),
		0 };

	return transmit(session, &reply, sizeof reply);
}

/* The value of session_id in the QUERY of a name, terminated; NULL if absent. */
static char *session_id_of(char *query)
{
	static const char key[] = "session_id=";
	char *rest = query, *word;

	while ((word = strsep(&rest, "&")))
		if (strncmp(word, key, sizeof key - 1) == 0)
			return word + sizeof key - 1;
	return NULL;
}

/* "/UUID?session_id=REF": opens the export.  To a wrong name, the only answer is to hang up. */
static int open_export(struct session *session, char *name)
{
	char *query = strchr(name, '?'), *reference = query ? session_id_of(query + 1) : NULL;

	if (*name != '/' || !reference)
		return -EINVAL;
	*query = '\0';
	if (!calls_session_is_open(session->options->calls, reference))
		return -EACCES;
	if (strlen(name + 1) >= sizeof session->uuid)
		return -ENOENT;
	memcpy(session->uuid, name + 1, strlen(name + 1) + 1);
	if (disks_find(session->options->disks, session->uuid, &session->facts) < 0)
		return -ENOENT;
	return transfer_open(session->options, session->uuid, O_RDONLY, &session->disk);
}

static int answer_export(struct session *session)
{
	const struct export_reply reply = {
		.size_bytes = htobe64(session->facts.size_bytes),
		.flags = htobe16(FLAG_HAS_FLAGS | FLAG_READ_ONLY),
	};

	return transmit(session, &reply, sizeof reply);
}

/* Until the export is chosen.  Returns 0, or -errno if none is. */
static int negotiate(struct session *session)
{
	char data[OPTION_MAX_BYTES + 1];

	for (;;) {
		struct option option;
		uint32_t length, kind;
		int error = receive(session, &option, sizeof option);

		if (error < 0)
			return error;
		length = be32toh(option.length);
		kind = be32toh(option.option);
		if (be64toh(option.magic) != OPTION_MAGIC || length > OPTION_MAX_BYTES)
			return -EPROTO;
		error = receive(session, data, length);
		if (error < 0)
			return error;
		data[length] = '\0';
		if (kind == OPTION_EXPORT_NAME) {
			error = open_export(session, data);
			return error < 0 ? error : answer_export(session);
		}
		error = reply_option(
			session, kind, kind == OPTION_ABORT ? REPLY_ACK : REPLY_UNSUPPORTED);
		if (error < 0 || kind == OPTION_ABORT)
			return error < 0 ? error : -ECONNRESET;
	}
}

static int greet(struct session *session)
{
	const struct {
		uint64_t magic, option_magic;
		uint16_t flags;
	} __attribute__((packed))
	greeting = { htobe64(MAGIC), htobe64(OPTION_MAGIC), htobe16(FLAG_FIXED_NEWSTYLE) };
	uint32_t flags;
	int error = transmit(session, &greeting, sizeof greeting);

	if (error == 0)
		error = receive(session, &flags, sizeof flags);
	/* Flags that were not offered. */
	if (error == 0 && be32toh(flags) & ~(uint32_t)FLAG_FIXED_NEWSTYLE)
		error = -EPROTO;
	return error < 0 ? error : negotiate(session);
}

/* ---- reads ---- */

struct request {
	uint32_t magic;
	uint16_t flags;
	uint16_t type;
	uint64_t handle;
	uint64_t offset;
	uint32_t length;
} __attribute__((packed));

struct answer {
	uint32_t magic;
	uint32_t error;
	uint64_t handle;
} __attribute__((packed));

static int answer_error(struct session *session, uint64_t handle, uint32_t error)
{
	const struct answer answer = { htobe32(ANSWER_MAGIC), htobe32(error), handle };

	return transmit(session, &answer, sizeof answer);
}

/* Lets faults strike a read.  Returns 0; -EIO for an error to answer; any other error ends. */
static int strike(struct session *session, uint64_t offset, uint64_t length)
{
	struct transfer_strike strike;
	int error = striker_ask(&session->striker, "xapi.export", offset, length, &strike);

	if (error < 0)
		return error;
	if (strike.reply == XAPI_EXPORT_RESET || strike.reply == XAPI_EXPORT_CUT ||
		strike.reply == XAPI_EXPORT_GRACEFUL)
		return -ECONNRESET;
	return strike.error < 0 ? -EIO : 0;
}

static int serve_read(struct session *session, const struct request *request)
{
	const uint64_t offset = be64toh(request->offset);
	const uint32_t length = be32toh(request->length);
	AUTO(auto_free) uint8_t *bytes = NULL;
	int error;

	if (length == 0 || length > READ_MAX_BYTES || offset > session->facts.size_bytes ||
		length > session->facts.size_bytes - offset)
		return answer_error(session, request->handle, ERROR_INVALID);
	bytes = malloc(sizeof(struct answer) + length);
	if (!bytes)
		return answer_error(session, request->handle, ERROR_IO);
	error = strike(session, offset, length);
	if (error < 0 && error != -EIO)
		return error;
	if (error == 0)
		error = file_read_all(session->disk, bytes + sizeof(struct answer), length, offset);
	if (error < 0)
		return answer_error(session, request->handle, ERROR_IO);
	memcpy(bytes, &(struct answer){ htobe32(ANSWER_MAGIC), 0, request->handle },
		sizeof(struct answer));
	return transmit(session, bytes, sizeof(struct answer) + length);
}

static int serve_requests(struct session *session)
{
	for (;;) {
		struct request request;
		uint16_t type;
		int error = receive(session, &request, sizeof request);

		if (error < 0)
			return error;
		type = be16toh(request.type);
		if (be32toh(request.magic) != REQUEST_MAGIC || type == COMMAND_DISC)
			return 0;
		if (type == COMMAND_READ)
			error = serve_read(session, &request);
		else if (type == COMMAND_WRITE) /* data follows, though we are read-only */
			return -EPROTO;
		else
			error = answer_error(session, request.handle, ERROR_INVALID);
		if (error < 0)
			return error;
	}
}

void nbd_serve(
	const struct transfer_options *options, const struct nbd_limits *limits, int fd, int ending)
{
	struct session *session = calloc(1, sizeof *session);

	if (!session)
		return;
	session->options = options;
	session->limits = limits;
	session->begun_ns = clock_now_ns();
	session->fd = fd;
	session->ending = ending;
	session->disk = -1;
	session->striker = (struct striker){
		.mount_point = session->facts.mount_point,
		.is_left = is_left,
		.context = session,
	};
	if (greet(session) == 0)
		serve_requests(session);
	if (session->disk >= 0)
		disks_close(options->disks, session->uuid, session->disk);
	striker_deinit(&session->striker);
	free(session);
}
