/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xo.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_rig.h"
#include "scenarios/clients/reference_xo_error.h"
#include "scenarios/clients/reference_xo_folder.h"
#include "scenarios/clients/reference_xo_guard.h"
#include "scenarios/clients/reference_xo_job.h"
#include "scenarios/clients/reference_xo_lock.h"
#include "scenarios/clients/reference_xo_log.h"
#include "scenarios/clients/reference_xo_transfer.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/control/client.h"

/* The longest that a call of XAPI may take. */
#define CALL_NS (3600 * NS_PER_S)

const struct xo_wish xo_defaults = {
	.uncoalesced_max = 1,
	.silence_ns = 300 * NS_PER_S,
	.task_ns = 3600 * NS_PER_S,
	.lock_stale_ns = XO_LOCK_STALE_NS,
};

/* A job in progress. */
struct job {
	const struct xo_wish *wish;
	const char *snapshot;
	const char *out;
	char *folder; /* the VM's, which contains OUT */
	char *vm;     /* its name */
	char *log_path;
	bool is_there; /* a backup with that name exists, and owns the log */
	json_t *log;
	json_t *vm_task; /* NULL: not begun */
	struct reference_rig rig;
	struct xo_lock *vm_lock;
};

/* Returns the last component of PATH.  The caller frees it. */
static char *name_of(const char *path)
{
	AUTO(auto_free) char *copy = heap_copy(path);

	return heap_copy(basename(copy));
}

static void job_init(struct job *job)
{
	AUTO(auto_free) char *copy = heap_copy(job->out);
	AUTO(auto_free) char *absolute = NULL;

	job->folder = heap_copy(dirname(copy));
	/* So that "." gets a name, too. */
	absolute = realpath(job->folder, NULL);
	job->vm = name_of(absolute ? absolute : job->folder);
	job->log_path = heap_format("%s%s", job->out, XO_LOG_SUFFIX);
	job->log = xo_log_begin(job->wish->job ? job->wish->job : job->vm, "full");
}

static void job_deinit(struct job *job)
{
	reference_rig_deinit(&job->rig);
	json_decref(job->log);
	free(job->folder);
	free(job->vm);
	free(job->log_path);
}

/* ---- the snapshot ---- */

static json_t *chain_check(struct job *job)
{
	json_t *status = NULL, *failure = NULL;
	int error = reference_rig_call(&job->rig, "status", NULL, &status);

	if (error < 0)
		return xo_error(reference_rig_why(&job->rig, error));
	if (xo_uncoalesced(json_object_get(status, "nodes")) > job->wish->uncoalesced_max)
		failure = xo_error(XO_UNHEALTHY);
	json_decref(status);
	return failure;
}

/* The error of a snapshot that XAPI was asked for, and that ended with ERROR, or not IN_TIME. */
static json_t *snapshot_failure(struct job *job, int error, bool in_time)
{
	const char *why = reference_rig_why(&job->rig, error);

	if (!in_time)
		return xo_error("operation timed out");
	/* The arguments make no sense: the storage manager was not asked. */
	if (error == -EEXIST || error == -EINVAL || error == -ENAMETOOLONG)
		return xo_error(why);
	return xo_error_of_snapshot(why, error);
}

static json_t *snapshot_create(struct job *job)
{
	uint64_t wait_ns = reference_rig_wait_ns(&job->rig, CALL_NS), begun_ns;
	int error = xo_folder_note_snapshot(job->folder, job->rig.name);
	json_t *failure;

	/* It only helps the next run. */
	if (error < 0)
		xo_task_warn(job->vm_task, "the temporary snapshot could not be noted", NULL);
	begun_ns = clock_now_ns();
	error = control_client_call(job->rig.control, "snapshot.create",
		json_pack("{s:s}", "name", job->rig.name), wait_ns, NULL);
	if (error == 0)
		return NULL;

	bool in_time = clock_now_ns() - begun_ns < wait_ns;

	failure = snapshot_failure(job, error, in_time);
	/* If the call timed out, it is unknown whether it has taken effect. */
	if (in_time || reference_rig_delete(&job->rig, job->rig.name) == 0)
		xo_folder_forget_snapshot(job->folder);
	return failure;
}

static json_t *snapshot_take(struct job *job)
{
	json_t *task = xo_task_begin(job->vm_task, "snapshot", NULL);
	json_t *failure = job->wish->bypasses_check ? NULL : chain_check(job);

	if (!failure)
		failure = snapshot_create(job);
	if (failure)
		xo_task_fail(task, failure);
	else
		xo_task_end(task, json_string(job->rig.name));
	return failure;
}

/* ---- the transfer ---- */

/* Call it only when a new backup exists. */
static void backups_thin(struct job *job, json_t *task)
{
	const char *id = json_string_value(json_object_get(job->log, "jobId"));

	/* The new backup is not among the known good ones. */
	if (job->wish->keeps > 0 && xo_folder_thin(job->folder, id, job->wish->keeps - 1) < 0)
		xo_task_warn(task, "old backups could not be deleted", NULL);
}

static json_t *export_run(struct job *job)
{
	json_t *export = xo_task_begin(job->vm_task, "export",
		json_pack("{s:o, s:b, s:s}", "id", xo_text(job->folder), "isFull", 1, "type",
			"remote"));
	json_t *transfer = xo_task_begin(export, "transfer", NULL);
	uint64_t bytes = 0;
	json_t *failure = xo_transfer(job->snapshot, job->out,
		reference_rig_wait_ns(&job->rig, job->wish->silence_ns), &bytes);

	if (failure) {
		xo_task_fail(transfer, failure);
		xo_task_fail(export, failure);
		return failure;
	}
	xo_task_end(transfer, json_pack("{s:I}", "size", (json_int_t)bytes));
	backups_thin(job, export);
	xo_task_end(export, NULL);
	return NULL;
}

/* Call it with the folder locked and the rig connected. */
static json_t *vm_back_up(struct job *job)
{
	json_t *failure = snapshot_take(job);

	if (failure)
		return failure;
	failure = export_run(job);
	if (reference_rig_delete(&job->rig, job->rig.name) == 0)
		xo_folder_forget_snapshot(job->folder);
	return failure;
}

/* ---- the VM ---- */

static json_t *rig_open(struct job *job)
{
	const char *why;
	AUTO(auto_free) char *message = NULL;
	AUTO(auto_free) char *uuid = xo_uuid("VM", job->vm);

	if (reference_rig_open(job->snapshot, &job->rig, &why) == 0)
		return NULL;
	log_error("cannot take snapshot '%s': %s", job->snapshot, why);
	message = heap_format("no XAPI associated to %s", uuid);
	return xo_error(message);
}

/* The snapshot that an interrupted run has left would lengthen the chain. */
static void leftover_delete(struct job *job)
{
	AUTO(auto_free) char *name = xo_folder_noted_snapshot(job->folder);

	if (name && reference_rig_delete(&job->rig, name) == 0)
		xo_folder_forget_snapshot(job->folder);
}

static void folder_clean(struct job *job)
{
	json_t *task = xo_task_begin(job->vm_task, "clean-vm", NULL);
	unsigned count = xo_folder_clean(job->folder);

	for (; count > 0; count--)
		xo_task_warn(task, "a temporary file of an interrupted run was deleted", NULL);
	xo_task_end(task, json_pack("{s:b}", "merge", 0));
}

static json_t *vm_run_locked(struct job *job)
{
	json_t *failure;

	folder_clean(job);
	/* Until it is rewritten, this run counts as interrupted. */
	xo_log_write(job->log, job->log_path);
	failure = rig_open(job);
	if (failure)
		return failure;
	leftover_delete(job);
	return vm_back_up(job);
}

static json_t *vm_try(void *context)
{
	struct job *job = context;
	int error = xo_lock_take(job->folder, job->wish->lock_stale_ns, &job->vm_lock);
	json_t *failure;

	if (error == -EBUSY)
		return xo_error_locked(job->folder);
	if (error < 0)
		return xo_error_of_system(error, "mkdir", job->folder);
	failure = vm_run_locked(job);
	reference_rig_deinit(&job->rig);
	if (!xo_lock_release(job->vm_lock))
		xo_task_warn(job->vm_task, "lock compromised", NULL);
	return failure;
}

static void vm_run(void *context)
{
	struct job *job = context;
	AUTO(auto_free) char *uuid = xo_uuid("VM", job->vm);

	job->vm_task = xo_task_begin(job->log, "backup VM",
		json_pack("{s:s, s:s, s:o}", "type", "VM", "id", uuid, "name_label",
			xo_text(job->vm)));
	xo_vm_run(job->vm_task, job->wish->retries, vm_try, job);
}

/* ---- the job ---- */

static void job_fail(struct job *job, json_t *failure)
{
	xo_task_fail(job->log, failure);
	json_decref(failure);
}

static void job_run(struct job *job)
{
	int error = xo_folder_make(job->folder);

	if (error < 0)
		job_fail(job, xo_error_of_system(error, "open", job->folder));
	else
		xo_job_run(job->log, job->folder, vm_run, job);
}

/* Reports the result, and returns its exit code. */
static int job_report(struct job *job)
{
	int error = job->is_there ? 0 : xo_log_write(job->log, job->log_path);

	if (error < 0)
		log_error_code(error, "cannot write log '%s'", job->log_path);
	return xo_log_report(job->log, job->wish->prints_json);
}

int xo_backup(const char *snapshot, const char *out, const struct xo_wish *wish)
{
	AUTO(job_deinit) struct job job = { .wish = wish, .snapshot = snapshot, .out = out };

	stop_watch();
	job_init(&job);
	job.is_there = access(out, F_OK) == 0;
	if (job.is_there)
		job_fail(&job, xo_error_of_system(-EEXIST, "open", out));
	else
		job_run(&job);
	return job_report(&job);
}
