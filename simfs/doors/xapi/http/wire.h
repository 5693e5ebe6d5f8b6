/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - the connection of one transfer, which its worker owns.
 *
 * A request for a transfer is no request-and-answer of the HTTP library any more: whoever
 * has its wire writes what it likes on the socket, also what is no HTTP, and ends it as it
 * likes.  A worker of its own has it, and may block.  One thread uses it at a time.
 *
 * Errors of the client's side: -EPIPE or -ECONNRESET, it has gone, or has sent nothing for too
 * long; -ETIMEDOUT, it has read nothing for the patience of the server; -ECANCELED, the server
 * ends.  After an error only wire_end() makes sense.  In the handler itself nothing waits: -EAGAIN.
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

/* The value of ?NAME=VALUE, percent-decoded; NULL: it is not there.  As long as the wire is. */
const char *wire_query(const struct wire *wire, const char *name);

/* What Content-Length says of the body; UINT64_MAX: it does not say. */
uint64_t wire_body_length(const struct wire *wire);

/*
 * The next bytes of the request's body; *RET_LENGTH is 0 at its end, and stays so.  The bytes
 * are the caller's to read until it asks for more.  Nothing is read from the socket meanwhile:
 * who does not ask makes the client wait.  -ECONNRESET: the client has gone before the end.
 */
int wire_read(struct wire *wire, const void **ret_bytes, size_t *ret_length);

/* ---- the answer ---- */

enum wire_framing {
	WIRE_OLD_CLOSE, /* HTTP/1.0, the body ends with the connection: as XenServer does it */
	WIRE_CLOSE,	/* the same in HTTP/1.1 */
	WIRE_LENGTH,	/* HTTP/1.1 with Content-Length */
	WIRE_CHUNKED,	/* HTTP/1.1; each write is a chunk */
};

struct wire_head {
	unsigned status;    /* 200 */
	const char *reason; /* NULL: what the number stands for */
	enum wire_framing framing;
	uint64_t length;     /* of the body, with WIRE_LENGTH */
	const char *headers; /* further ones, whole lines with "\r\n"; NULL: none */
};

/* The status line and the headers.  Once, before the body. */
int wire_head(struct wire *wire, const struct wire_head *head);

/* More of the body, all of it.  IOV is not changed. */
int wire_write(struct wire *wire, const struct iovec *iov, size_t count);

/* Bytes as they are, past all framing: also before a head, or in place of one. */
int wire_raw(struct wire *wire, const void *bytes, size_t length);

/*
 * Waits for NS, or until the client has gone or the server ends (false).  A client that sends no
 * more has gone: none of this protocol closes half of its connection.
 */
bool wire_wait(struct wire *wire, uint64_t ns);

enum wire_end {
	WIRE_CLEAN, /* the last chunk, where there are chunks; then the end */
	WIRE_CUT,   /* the end at once, as of a server whose process dies */
	WIRE_RESET, /* RST: what the client has not read is lost, too */
};

/* Ends the connection, and frees WIRE. */
void wire_end(struct wire *wire, enum wire_end kind);

#endif
