/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - the connection of one transfer, which its worker owns.
 *
 * A request for a transfer leaves the request-and-answer scheme of the HTTP library: its owner
 * writes anything on the socket, even if it is not HTTP, and ends it in any way.  The owner is a
 * worker of its own, which may block.  One thread uses a wire at a time.
 *
 * Errors on the client's side: -EPIPE or -ECONNRESET, the client is gone, or has sent nothing for
 * too long; -ETIMEDOUT, it has read nothing for the server's patience; -ECANCELED, the server ends.
 * After an error, call only wire_end().  In the handler itself nothing blocks: -EAGAIN.
 */
#ifndef SNAPRIG_DOORS_XAPI_HTTP_WIRE_H
#define SNAPRIG_DOORS_XAPI_HTTP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>
#include <sys/uio.h>

struct wire;

/* ---- the request ---- */

/* "GET", "PUT"; the path without its query, "/export_raw_vdi/". */
const char *wire_method(const struct wire *wire);
const char *wire_path(const struct wire *wire);

/* The value of ?NAME=VALUE, percent-decoded; NULL if absent.  Valid as long as the wire. */
const char *wire_query(const struct wire *wire, const char *name);

/* The body's length according to Content-Length; UINT64_MAX without one. */
uint64_t wire_body_length(const struct wire *wire);

/*
 * The next bytes of the request's body; *RET_LENGTH is 0 at its end, and stays 0.  The bytes are
 * valid until the next call.  The socket is only read when asked, so a caller that does not ask
 * makes the client wait.  -ECONNRESET: the client is gone before the end.
 */
int wire_read(struct wire *wire, const void **ret_bytes, size_t *ret_length);

/* ---- the answer ---- */

enum wire_framing {
	WIRE_OLD_CLOSE, /* HTTP/1.0, the connection's end ends the body: like XenServer */
	WIRE_CLOSE,	/* the same in HTTP/1.1 */
	WIRE_LENGTH,	/* HTTP/1.1 with Content-Length */
	WIRE_CHUNKED,	/* HTTP/1.1; each write is a chunk */
};

struct wire_head {
	unsigned status;    /* 200 */
	const char *reason; /* NULL: the standard one */
	enum wire_framing framing;
	uint64_t length;     /* of the body, with WIRE_LENGTH */
	const char *headers; /* further ones, whole lines with "\r\n"; NULL: none */
};

/* Sends the status line and the headers.  Once, before the body. */
int wire_head(struct wire *wire, const struct wire_head *head);

/* Sends more of the body, all of IOV, which is not changed. */
int wire_write(struct wire *wire, const struct iovec *iov, size_t count);

/* Sends bytes without any framing: also before a head, or instead of one. */
int wire_raw(struct wire *wire, const void *bytes, size_t length);

/*
 * Waits for NS.  Returns false as soon as the client is gone or the server ends.  A client that
 * shuts down its sending side counts as gone: none of this protocol half-closes.
 */
bool wire_wait(struct wire *wire, uint64_t ns);

enum wire_end {
	WIRE_CLEAN, /* the last chunk, if chunked; then the end */
	WIRE_CUT,   /* the end at once, like a server whose process dies */
	WIRE_RESET, /* RST: data that the client has not read is lost, too */
};

/* Ends the connection, and frees WIRE. */
void wire_end(struct wire *wire, enum wire_end kind);

#endif
