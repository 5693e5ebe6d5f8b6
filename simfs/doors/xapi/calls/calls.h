/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls.h - JSON-RPC: a text comes in, a text goes out, now or later.
 *
 * Owns the sessions, the methods and the event waiters.  Any number of threads may call
 * calls_perform() at once.
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

/* Returns 0 or -errno.  Copies OPTIONS; the pool and the disks stay the caller's. */
int calls_create(const struct calls_options *options, struct calls **ret);

/* Announces that disks can be read over NBD at HOST and PORT.  Before the first call. */
void calls_serve_nbd(struct calls *calls, const char *host, uint16_t port);

/* Answers everything that waits for events; from now on nothing waits. */
void calls_stop(struct calls *calls);

/* After calls_stop(), and after every calls_perform() has returned.  NULL is fine. */
void calls_destroy(struct calls *calls);

/* The outcome of a call. */
enum reply_kind {
	REPLY_TEXT,    /* the answer */
	REPLY_STATUS,  /* HTTP status 500 */
	REPLY_RESET,   /* the connection is reset */
	REPLY_GARBAGE, /* TEXT, which is not HTTP, and the end of the connection */
};

/* Called once for each calls_perform(), on any thread; does not wait.  Takes over TEXT. */
typedef void reply_function(void *context, enum reply_kind kind, char *text, size_t length);

/*
 * Performs the call in TEXT.  Calls REPLY before it returns, or later on another thread
 * (event.from); an Async call is answered before it is done.
 */
void calls_perform(
	struct calls *calls, const char *text, size_t length, reply_function *reply, void *context);

/* Whether REF is an open session. */
bool calls_session_is_open(struct calls *calls, const char *ref);

/* How often each unknown method was called: {"VM.foo": 3}.  The caller owns it. */
json_t *calls_unknown_methods(struct calls *calls);

#endif
