/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_call.h - a session with a XenServer pool: JSON-RPC over HTTP, as Xen Orchestra
 * speaks it.
 *
 * A call gives what the pool answered, or an error in the words of Xen Orchestra's log
 * (reference_xo_error.h).  Calls are made one after the other, on one thread.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_CALL_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_CALL_H

#include <stdint.h>

#include <jansson.h>

/* What the null reference is called. */
#define XAPI_NULL "OpaqueRef:NULL"

struct xapi;

/*
 * Logs in at URL, "http://USER:PASSWORD@HOST:PORT"; an answer may take SILENCE_NS.  Returns NULL
 * and *RET, or an error, the caller's.
 */
json_t *xapi_open(const char *url, uint64_t silence_ns, struct xapi **ret);

/* Logs out and frees it.  NULL is fine. */
void xapi_close(struct xapi *xapi);

/* "http://HOST:PORT", and the session's reference, as long as XAPI lives. */
const char *xapi_base(const struct xapi *xapi);
const char *xapi_session(const struct xapi *xapi);
uint64_t xapi_silence_ns(const struct xapi *xapi);

/*
 * Calls METHOD with ARGUMENTS, an array without the session, which is taken.  Returns NULL with
 * *RET (may be NULL; the caller's), or an error.
 */
json_t *xapi_call(struct xapi *xapi, const char *method, json_t *arguments, json_t **ret);

/* The same of a call without a result that matters, whose arguments are texts up to a NULL. */
__attribute__((sentinel)) json_t *xapi_do(struct xapi *xapi, const char *method, ...);

/* The record of REF, of CLASS; the caller's. */
json_t *xapi_record(struct xapi *xapi, const char *class, const char *ref, json_t **ret);

/*
 * Starts Async.METHOD and waits for its task, which is destroyed.  *RET_REF (may be NULL) is the
 * reference that is its result; the caller's.
 */
json_t *xapi_run(struct xapi *xapi, const char *method, json_t *arguments, char **ret_ref);

/*
 * Waits by event.from until TASK is not pending any more.  NULL: it has succeeded, with its result
 * in *RET_RESULT (may be NULL; the caller's); else how it failed.
 */
json_t *xapi_task_wait(struct xapi *xapi, const char *task, char **ret_result);

/* How TASK has failed; NULL: it has not, so far, or nobody knows. */
json_t *xapi_task_failure(struct xapi *xapi, const char *task);

#endif
