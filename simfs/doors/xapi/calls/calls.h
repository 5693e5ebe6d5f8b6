/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls.h - JSON-RPC: a text comes in, a text goes out, now or later.
 *
 * It has the sessions, the methods and who waits for events.  calls_perform() may be called from
 * any number of threads at once.
 */
#ifndef SNAPRIG_DOORS_XAPI_CALLS_CALLS_H
#define SNAPRIG_DOORS_XAPI_CALLS_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct calls;
struct disks;
struct pool;

struct calls_options {
	struct pool *pool;
	struct disks *disks; /* NULL: none, as in a test of calls alone */
	const char *user;
	const char *password;
	uint64_t longest_event_wait_ns;
};

/* Returns 0 or -errno.  OPTIONS are copied; the pool and the disks stay the caller's. */
int calls_create(const struct calls_options *options, struct calls **ret);

/* Disks can be read over NBD at HOST and PORT: before there is a call. */
void calls_serve_nbd(struct calls *calls, const char *host, uint16_t port);

/* Answers everybody who waits for events, and lets nobody wait any more. */
void calls_stop(struct calls *calls);

/* After calls_stop(), and after every calls_perform() has returned.  NULL is fine. */
void calls_destroy(struct calls *calls);

/* What becomes of a call in place of an answer. */
enum reply_kind {
	REPLY_TEXT,    /* the answer */
	REPLY_STATUS,  /* HTTP status 500 */
	REPLY_RESET,   /* the connection is reset */
	REPLY_GARBAGE, /* TEXT, which is no HTTP, and the end of the connection */
};

/* Called once for each calls_perform(), from any thread; does not wait.  TEXT is taken. */
typedef void reply_function(void *context, enum reply_kind kind, char *text, size_t length);

/*
 * Performs the call that TEXT is.  REPLY is called before this returns, or later by another
 * thread (event.from); an Async call is answered while it goes on.
 */
void calls_perform(
	struct calls *calls, const char *text, size_t length, reply_function *reply, void *context);

/* Whether REF is a session that is open. */
bool calls_session_is_open(struct calls *calls, const char *ref);

/* How often each unknown method was asked for: {"VM.foo": 3}.  The caller's. */
json_t *calls_unknown_methods(struct calls *calls);

#endif
