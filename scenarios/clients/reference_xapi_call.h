/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_call.h - a session with a XenServer pool: JSON-RPC over HTTP, in Xen Orchestra's
 * manner.
 *
 * A call returns the pool's answer, or an error in the words of Xen Orchestra's log
 * (reference_xo_error.h).  Calls are made one after the other, on one thread.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_CALL_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_CALL_H

#include <stdint.h>

#include <jansson.h>

/* The null reference. */
#define XAPI_NULL "OpaqueRef:NULL"

struct xapi;

struct xapi_patience {
	uint64_t silence_ns; /* the most that an answer may take, or a stream may pause */
	uint64_t task_ns;    /* the most that a task may be pending */
};

/*
 * Logs in at URL, "http://USER:PASSWORD@HOST:PORT".  Returns NULL with *RET, or an error.  The
 * caller frees either.
 */
json_t *xapi_open(const char *url, const struct xapi_patience *patience, struct xapi **ret);

/* Logs out and frees XAPI, which may be NULL. */
void xapi_close(struct xapi *xapi);

/* Return "http://HOST:PORT", and the session's reference, valid as long as XAPI. */
const char *xapi_base(const struct xapi *xapi);
const char *xapi_session(const struct xapi *xapi);
const struct xapi_patience *xapi_patience(const struct xapi *xapi);

/*
 * Calls METHOD with ARGUMENTS, an array without the session, which it takes over.  Returns NULL
 * with *RET (may be NULL; the caller frees it), or an error.
 */
json_t *xapi_call(struct xapi *xapi, const char *method, json_t *arguments, json_t **ret);

/* The same for a call whose result does not matter; the arguments are texts up to a NULL. */
__attribute__((sentinel)) json_t *xapi_do(struct xapi *xapi, const char *method, ...);

/* Returns the record of REF, of CLASS, in *RET.  The caller frees it. */
json_t *xapi_record(struct xapi *xapi, const char *class, const char *ref, json_t **ret);

#endif
