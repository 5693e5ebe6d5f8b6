/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the files of calls/ that perform a call share.
 *
 * What happens to one, in order (perform.c): its text is decoded (decode.c), its session looked
 * up (session.c), its method found and its arguments looked at (methods.c), the rigs are asked
 * whether a fault strikes (strike.c), and it is performed: an Async one behind its answer.
 */
#ifndef SNAPRIG_DOORS_XAPI_CALLS_INTERNAL_H
#define SNAPRIG_DOORS_XAPI_CALLS_INTERNAL_H

#include <pthread.h>

#include "simfs/base/list.h"
#include "simfs/doors/xapi/calls/call.h"
#include "simfs/doors/xapi/calls/calls.h"
#include "simfs/doors/xapi/pool/pool.h"

#define SESSIONS_MAX	   1000
#define UNKNOWN_MAX	   1000 /* methods that are counted */
#define UNKNOWN_NAME_BYTES 100	/* of a name, as it is counted */

struct session {
	struct list link;
	char ref[POOL_REF_BYTES];
};

struct calls {
	struct calls_options options;
	char *user;
	char *password;

	char nbd_host[64];
	uint16_t nbd_port; /* 0: no disk is served over NBD */

	pthread_mutex_t mutex; /* the following; the pool's lock may be held, never taken */
	struct list sessions;  /* the one that was used last is the last */
	size_t session_count;
	json_t *unknown; /* {method: how often} */

	struct event_waiters *waiters;
};

/* ---- decode.c ---- */

/* What a text asks for. */
struct request {
	json_t *root;
	json_t *id;   /* borrowed; NULL: none was to be seen */
	char *method; /* with its dot, "Async." cut off */
	bool is_async;
	json_t *params; /* borrowed: an array */
};

/* 0, or -EINVAL with *RET_ANSWER, the object that says what is wrong (the caller's). */
int request_decode(const char *text, size_t length, struct request *ret, json_t **ret_answer);
void request_deinit(struct request *request);

/* The answers to ID (NULL: null); RESULT and FAILURE are borrowed, and so is ID. */
json_t *answer_result(json_t *id, json_t *result);
json_t *answer_failure(json_t *id, json_t *failure);

/* ---- session.c ---- */

int sessions_create(struct calls *calls);
void sessions_destroy(struct calls *calls);

/* ---- methods.c ---- */

enum method_how {
	METHOD_SYNC,
	METHOD_BOTH,
	METHOD_OPEN,
};

struct method {
	const char *name;
	call_function *function;
	const char *arguments;
	enum method_how how;
};

extern const struct method methods[];
extern const size_t method_count;

/* NULL: there is none of that NAME. */
const struct method *method_find(const char *name);

/* Whether call->arguments are what METHOD takes: 0, or CALL_FAILED. */
int method_check(const struct method *method, struct call *call);

/* ---- fields.c: C.get_FIELD, C.get_all_records ... of every class ---- */

/* Whether CALL is one, and its *RET then. */
bool field_call(struct call *call, int *ret);

/* The names of all of them are appended to NAMES. */
int field_methods(json_t *names);

/* ---- strike.c ---- */

/* What a fault does to a call, or to the events that it waits for. */
struct strike {
	bool is_fired;
	bool drops;	/* events */
	char reply[64]; /* a word, or "" */
};

/*
 * Asks the rigs whether a fault strikes at POINT, "xapi.call" or "xapi.event": that of the VDI or
 * those of the VM which the first argument names, else all.  Waits as long as a delay lasts.
 */
void strike_ask(struct call *call, const char *point, bool is_async, struct strike *ret);

/*
 * What a word is that a fault has in place of an answer: a code of XAPI's, with the parameters
 * that it has.  CALL fails with it.
 */
int strike_fail(struct call *call, const char *code);

/* Whether CODE is the answer to an Async call itself, and not what becomes of its task. */
bool strike_is_of_the_call(const char *code);

/* ---- event_from.c ---- */

int event_waiters_create(struct calls *calls);
void event_waiters_stop(struct calls *calls);

/* Something else than the pool has changed: a session has ended. */
void event_waiters_wake(struct calls *calls);
void event_waiters_destroy(struct calls *calls);

/* Takes over a call of event.from: REPLY gets its answer, with ID (borrowed), sooner or later. */
void event_wait(struct call *call, json_t *id, reply_function *reply, void *context);

#endif
