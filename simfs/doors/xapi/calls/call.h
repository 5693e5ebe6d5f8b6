/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - one call of a method: what its function gets, and what it gives.
 *
 * A method is a row of calls/methods.def; what is not there is a getter or setter of a field, or
 * MESSAGE_METHOD_UNKNOWN.  Its arguments were counted and their types looked at when its
 * function is called, and a fault that strikes at the call has struck.  The function is called
 * on a worker's thread, may block, and knows not whether somebody waits for its answer
 * (VM.snapshot) or for a task (Async.VM.snapshot).
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
	const char *task;    /* the task that it is, or NULL */
	json_t *arguments;   /* an array, without the session */

	json_t *result;	 /* what the function gives; NULL is the empty string */
	json_t *failure; /* [CODE, PARAMETER...] */
};

/* What a function returns: 0, with the result in call->result, or CALL_FAILED. */
#define CALL_FAILED (-1)
typedef int call_function(struct call *call);

#define METHOD(name, function, arguments, how) call_function function;
#include "simfs/doors/xapi/calls/methods.def"
#undef METHOD

/*
 * CALL fails with CODE and PARAMETERs, texts up to a NULL, in which "" counts.  Returns
 * CALL_FAILED:
 *
 *	return call_fail(call, "HANDLE_INVALID", "VM", ref, NULL);
 */
__attribute__((sentinel)) int call_fail(struct call *call, const char *code, ...);

/*
 * CALL fails with SR_BACKEND_FAILURE_NUMBER ["", TEXT, ""]; the texts that everybody knows
 * (44, 81, 109, 46 ...) are in call_fail.c: TEXT NULL takes that.  Returns CALL_FAILED.
 */
int call_fail_backend(struct call *call, unsigned number, const char *text);

/* CALL fails with INTERNAL_ERROR and the text of ERROR (-errno) behind WHAT. */
int call_fail_error(struct call *call, int error, const char *what);

/* The argument at INDEX; NULL when an optional one was left out. */
json_t *call_argument(const struct call *call, size_t index);

/* That argument where it is a text or a ref; NULL when it was left out. */
const char *call_text(const struct call *call, size_t index);

/* The uuid of SR, into RET_UUID of POOL_UUID_BYTES; "": there is none. */
void call_sr_uuid(struct call *call, const char *sr, char *ret_uuid);

/* From 0 to 1; goes to the task, if there is one. */
void call_progress(struct call *call, double share);

/* The same of a copy that CALL makes, behind which something is left to do. */
void call_copy_progress(void *call, double share);

#endif
