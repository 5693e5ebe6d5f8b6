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

/* Follows the name of a backup in the name of its log. */
#define XO_LOG_SUFFIX ".log.json"

/* Returns the log of the job called NAME.  The caller frees it. */
json_t *xo_log_begin(const char *name, const char *mode);

/* Adds a task to PARENT; takes over DATA (NULL: none). */
json_t *xo_task_begin(json_t *parent, const char *message, json_t *data);

/* Ends TASK as succeeded; takes over RESULT (NULL: none). */
void xo_task_end(json_t *task, json_t *result);

/* Ends TASK with ERROR, which stays the caller's: as failed, skipped or, if stopped (ECANCELED),
 * interrupted, depending on the error. */
void xo_task_fail(json_t *task, json_t *error);

/* Marks the tasks in LOG that are still running as interrupted, because their process is gone.
 * Returns false if there were none. */
bool xo_log_interrupt(json_t *log);

/* Adds a warning to a running task; takes over DATA (NULL: none). */
void xo_task_warn(json_t *task, const char *message, json_t *data);

/* Records that TASK is retried for the ATTEMPT-th time because of ERROR, which stays the
 * caller's. */
void xo_task_retry(json_t *task, unsigned attempt, json_t *error);

/*
 * Returns the status of TASK: its own, which is "skipped" after an error that only prevents a job
 * from running; or one that follows from its tasks.  If TASK was retried, failed tasks do not
 * count if they succeeded in a later try.
 */
const char *xo_task_status(const json_t *task);

/* Returns the UUID of the WHAT ("job") called NAME, always the same.  The caller frees it. */
char *xo_uuid(const char *what, const char *name);

/* Writes LOG to the file PATH.  Returns 0; or -errno, and PATH is as before. */
int xo_log_write(const json_t *log, const char *path);

/* Prints the report that would be sent by mail. */
void xo_report_print(const json_t *log);

/* Prints the report, or LOG itself if AS_JSON; returns the exit code for the result of the job. */
int xo_log_report(const json_t *log, bool as_json);

#endif
