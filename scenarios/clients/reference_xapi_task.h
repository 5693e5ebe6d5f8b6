/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_task.h - tasks of a pool: starts them, waits for them, checks them.
 *
 * Xen Orchestra waits for a task forever; this client waits as long as the session's patience, and
 * says so if that is long.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_TASK_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_TASK_H

#include <jansson.h>

struct xapi;

/*
 * Starts Async.METHOD, waits for its task, and destroys the task.  *RET_REF (may be NULL) is the
 * reference in its result; the caller frees it.
 */
json_t *xapi_run(struct xapi *xapi, const char *method, json_t *arguments, char **ret_ref);

/*
 * Waits with event.from until TASK is no longer pending.  Returns NULL if it succeeded, with its
 * result in *RET_RESULT (may be NULL; the caller frees it); else its error.
 */
json_t *xapi_task_wait(struct xapi *xapi, const char *task, char **ret_result);

/* Returns how TASK has failed; NULL if it has not so far, or if that is unknown. */
json_t *xapi_task_failure(struct xapi *xapi, const char *task);

#endif
