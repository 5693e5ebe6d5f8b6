/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tasks.h - the records of class task, updated by calls and transfers.
 *
 * All of these may be called late: a task that is no longer pending stays unchanged, and one that
 * its client has destroyed is ignored.  They take the pool's lock.
 */
#ifndef SNAPRIG_DOORS_XAPI_CALLS_TASKS_H
#define SNAPRIG_DOORS_XAPI_CALLS_TASKS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct pool;

#define TASK_REF_MAX 64

/* Creates a pending task, named *RET_REF, of TASK_REF_MAX bytes.  Returns 0 or -ENOMEM. */
int task_create(struct pool *pool, const char *label, const char *description, char *ret_ref);

/* From 0 to 1. */
void task_progress(struct pool *pool, const char *ref, double share);

/*
 * REF succeeds with RESULT (borrowed): a text becomes "<value>TEXT</value>", as in XML-RPC; NULL is
 * the empty string.
 */
void task_succeed(struct pool *pool, const char *ref, json_t *result);

/* REF fails with FAILURE (borrowed), [CODE, PARAMETER...]. */
void task_fail(struct pool *pool, const char *ref, json_t *failure);

/* Removes the task as if it were destroyed while pending: the fault `vanish'. */
void task_vanish(struct pool *pool, const char *ref);

#endif
