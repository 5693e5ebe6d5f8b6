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

struct xapi_patience {
	uint64_t silence_ns; /* how long an answer may take, and a stream may pause */
	uint64_t task_ns;    /* how long a task may be pending */
};

/*
 * Logs in at URL, "http://USER:PASSWORD@HOST:PORT".  Returns NULL and *RET, or an error, the
 * caller's.
 */
json_t *xapi_open(const char *url, const struct xapi_patience *patience, struct xapi **ret);

/* Logs out and frees it.  NULL is fine. */
void xapi_close(struct xapi *xapi);

/* "http://HOST:PORT", and the session's reference, as long as XAPI lives. */
const char *xapi_base(const struct xapi *xapi);
const char *xapi_session(const struct xapi *xapi);
const struct xapi_patience *xapi_patience(const struct xapi *xapi);

/*
 * Calls METHOD with ARGUMENTS, an array without the session, which is taken.  Returns NULL with
 * *RET (may be NULL; the caller's), or an error.
 */
json_t *xapi_call(struct xapi *xapi, const char *method, json_t *arguments, json_t **ret);

/* The same of a call without a result that matters, whose arguments are texts up to a NULL. */
__attribute__((sentinel)) json_t *xapi_do(struct xapi *xapi, const char *method, ...);

/* The record of REF, of CLASS; the caller's. */
json_t *xapi_record(struct xapi *xapi, const char *class, const char *ref, json_t **ret);

#endif
