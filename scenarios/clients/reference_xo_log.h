/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_log.h - the log of a job of Xen Orchestra: tasks within tasks.
 *
 *	{"message": "backup", "jobId": …, "status": …, "tasks": [
 *		{"message": "backup VM", "status": …, "result": {the error}, "tasks": [
 *			{"message": "snapshot", …}, {"message": "export", "tasks": [
 *				{"message": "transfer", "result": {"size": N}}]}]}]}
 *
 * A task is in its parent's `tasks`, which owns it.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_LOG_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_LOG_H

#include <stdbool.h>

#include <jansson.h>

/* What stands behind the name of a backup in the name of its log. */
#define XO_LOG_SUFFIX ".log.json"

/* The log of the job called NAME: the caller's. */
json_t *xo_log_begin(const char *name, const char *mode);

/* A task in PARENT; DATA (NULL: none) is stolen. */
json_t *xo_task_begin(json_t *parent, const char *message, json_t *data);

/* It has succeeded; RESULT (NULL: none) is stolen. */
void xo_task_end(json_t *task, json_t *result);

/* It has failed with ERROR, which stays the caller's; or it was skipped, or stopped
 * (ECANCELED) and so interrupted: the error decides. */
void xo_task_fail(json_t *task, json_t *error);

/* What goes on in LOG does not any more: whoever worked on it is gone.  False: nothing did. */
bool xo_log_interrupt(json_t *log);

/* Worth knowing, of a task that goes on; DATA (NULL: none) is stolen. */
void xo_task_warn(json_t *task, const char *message, json_t *data);

/* TASK is tried again for the ATTEMPT-th time, because of ERROR, which stays the caller's. */
void xo_task_retry(json_t *task, unsigned attempt, json_t *error);

/*
 * What has become of TASK: its own status, which an error that only keeps a job from being
 * done makes "skipped", or what that of its tasks makes of it.  Of a task that was tried again
 * those that failed do not count which have succeeded then.
 */
const char *xo_task_status(const json_t *task);

/* The UUID of the WHAT ("job") called NAME, always the same one.  The caller's. */
char *xo_uuid(const char *what, const char *name);

/* Makes the file PATH of LOG.  Returns 0; or -errno, and what was there before still is. */
int xo_log_write(const json_t *log, const char *path);

/* The report that is sent by mail, on stdout. */
void xo_report_print(const json_t *log);

/* The report, or LOG itself AS_JSON; returns the exit code for what has become of the job. */
int xo_log_report(const json_t *log, bool as_json);

#endif
