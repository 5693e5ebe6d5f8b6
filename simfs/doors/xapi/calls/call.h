/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - one call of a method: the input and output of the method's function.
 *
 * A method is a row of calls/methods.def; any other name is a getter or setter of a field, or
 * MESSAGE_METHOD_UNKNOWN.  When the function is called, the arguments have been counted, their
 * types checked, and a fault at the call has struck.  It runs on a worker's thread, may block, and
 * does not know whether the client waits for its answer (VM.snapshot) or for a task
 * (Async.VM.snapshot).
 */
#ifndef SNAPRIG_DOORS_XAPI_CALLS_CALL_H
#define SNAPRIG_DOORS_XAPI_CALLS_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct calls;
struct disks;
struct pool;

struct call {
	struct calls *calls;
	struct pool *pool;
	struct disks *disks;
	const char *method;  /* "VM.snapshot", with its dot and without "Async." */
	const char *session; /* its ref; "" before login */
	const char *task;    /* the task that it runs in, or NULL */
	json_t *arguments;   /* an array, without the session */

	json_t *result;	 /* set by the function; NULL is the empty string */
	json_t *failure; /* [CODE, PARAMETER...] */
};

/* A function returns 0, with the result in call->result, or CALL_FAILED. */
#define CALL_FAILED (-1)
typedef int call_function(struct call *call);

#define METHOD(name, function, arguments, how) call_function function;
#include "simfs/doors/xapi/calls/methods.def"
#undef METHOD

/*
 * Fails CALL with CODE and PARAMETERs, strings up to a NULL; "" counts.  Returns CALL_FAILED:
 *
 *	return call_fail(call, "HANDLE_INVALID", "VM", ref, NULL);
 */
__attribute__((sentinel)) int call_fail(struct call *call, const char *code, ...);

/*
 * Fails CALL with SR_BACKEND_FAILURE_NUMBER ["", TEXT, ""].  A NULL TEXT stands for the number's
 * well-known text in call.c (44, 81, 109, 46 ...).  Returns CALL_FAILED.
 */
int call_fail_backend(struct call *call, unsigned number, const char *text);

/* Fails CALL with INTERNAL_ERROR and WHAT, followed by the text of ERROR (-errno). */
int call_fail_error(struct call *call, int error, const char *what);

/* The argument at INDEX; NULL if an optional one was left out. */
json_t *call_argument(const struct call *call, size_t index);

/* That argument as a text or ref; NULL if it was left out. */
const char *call_text(const struct call *call, size_t index);

/* Copies the uuid of SR to RET_UUID, of POOL_UUID_BYTES; "" if it has none. */
void call_sr_uuid(struct call *call, const char *sr, char *ret_uuid);

/* Progress from 0 to 1, for the task, if there is one. */
void call_progress(struct call *call, double share);

/* The same for a copy that CALL makes, after which some work is left. */
void call_copy_progress(void *call, double share);

#endif
