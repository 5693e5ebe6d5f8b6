/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - shared by the files of calls/ that perform a call.
 *
 * The life of a call (perform.c): its text is decoded (decode.c), its session looked up
 * (session.c), its method found and the arguments checked (methods.c), the rigs are asked whether a
 * fault strikes (strike.c), and it is performed: an Async one after it was answered.
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
#define UNKNOWN_NAME_BYTES 100	/* longest name in the count */

struct session {
	struct list link;
	char ref[POOL_REF_BYTES];
};

struct calls {
	struct calls_options options;
	char *user;
	char *password;

	char nbd_host[64];
	uint16_t nbd_port; /* 0: disks are not served over NBD */

	pthread_mutex_t mutex; /* the following; inside the pool's lock, not vice versa */
	struct list sessions;  /* the most recently used is last */
	size_t session_count;
	json_t *unknown; /* {method: calls} */

	struct event_waiters *waiters;
};

/* ---- decode.c ---- */

/* The call in a text. */
struct request {
	json_t *root;
	json_t *id;   /* borrowed; NULL: none found */
	char *method; /* with its dot, without "Async." */
	bool is_async;
	json_t *params; /* borrowed: an array */
};

/* Returns 0, or -EINVAL with *RET_ANSWER, the error object (the caller's). */
int request_decode(const char *text, size_t length, struct request *ret, json_t **ret_answer);
void request_deinit(struct request *request);

/* The answers to ID (NULL: null); RESULT, FAILURE and ID are borrowed. */
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

/* NULL if no method has that NAME. */
const struct method *method_find(const char *name);

/* Whether METHOD accepts call->arguments: 0, or CALL_FAILED. */
int method_check(const struct method *method, struct call *call);

/* ---- fields.c: C.get_FIELD, C.get_all_records ... of every class ---- */

/* Returns whether CALL is one of these, with its result in *RET. */
bool field_call(struct call *call, int *ret);

/* Appends all their names to NAMES. */
int field_methods(json_t *names);

/* ---- strike.c ---- */

/* What a fault does to a call, or to the events that it waits for. */
struct strike {
	bool is_fired;
	bool drops;	/* the events are lost */
	char reply[64]; /* a word, or "" */
};

/*
 * Asks whether a fault strikes at POINT, "xapi.call" or "xapi.event": the rig of the VDI or the
 * rigs of the VM in the first argument, otherwise all rigs.  Waits until a delay is over.
 */
void strike_ask(struct call *call, const char *point, bool is_async, struct strike *ret);

/* Fails CALL with a fault's reply: a code of XAPI's, with its usual parameters. */
int strike_fail(struct call *call, const char *code);

/* Whether CODE fails an Async call itself, not its task. */
bool strike_is_of_the_call(const char *code);

/* ---- event_from.c ---- */

int event_waiters_create(struct calls *calls);
void event_waiters_stop(struct calls *calls);

/* Something besides the pool has changed: a session has ended. */
void event_waiters_wake(struct calls *calls);
void event_waiters_destroy(struct calls *calls);

/* Takes over a call of event.from: REPLY gets its answer, with ID (borrowed), sooner or later. */
void event_wait(struct call *call, json_t *id, reply_function *reply, void *context);

#endif
