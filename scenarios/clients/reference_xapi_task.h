/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_task.h - what a pool does in a task: it is started, waited for and looked at.
 *
 * Xen Orchestra waits for a task for ever; this client for as long as the session's patience has
 * it, and says so when that is long.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_TASK_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_TASK_H

#include <jansson.h>

struct xapi;

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
