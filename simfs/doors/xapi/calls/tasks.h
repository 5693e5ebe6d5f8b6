/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tasks.h - the records of class task, as calls and transfers bring them along.
 *
 * A task that is not pending stays as it is, and one that its client has destroyed is forgotten:
 * all of these may be called late, and then do nothing.  They take the lock of the pool.
 */
#ifndef SNAPRIG_DOORS_XAPI_CALLS_TASKS_H
#define SNAPRIG_DOORS_XAPI_CALLS_TASKS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct pool;

#define TASK_REF_MAX 64

/* A pending task; *RET_REF, of TASK_REF_MAX bytes, names it.  Returns 0 or -ENOMEM. */
int task_create(struct pool *pool, const char *label, const char *description, char *ret_ref);

/* From 0 to 1. */
void task_progress(struct pool *pool, const char *ref, double share);

/*
 * REF is a success with RESULT (borrowed): a text becomes "<value>TEXT</value>", which is what
 * XML-RPC makes of one; NULL is the empty string.
 */
void task_succeed(struct pool *pool, const char *ref, json_t *result);

/* REF fails with FAILURE (borrowed), [CODE, PARAMETER...]. */
void task_fail(struct pool *pool, const char *ref, json_t *failure);

/* As a task that is destroyed while it is pending: the fault `vanish`. */
void task_vanish(struct pool *pool, const char *ref);

#endif
