/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xapi_call.h"
#include "scenarios/clients/reference_xapi_chain.h"
#include "scenarios/clients/reference_xapi_export.h"
#include "scenarios/clients/reference_xapi_lost.h"
#include "scenarios/clients/reference_xapi_remote.h"
#include "scenarios/clients/reference_xapi_thin.h"
#include "scenarios/clients/reference_xapi_vm.h"
#include "scenarios/clients/reference_xo_error.h"
#include "scenarios/clients/reference_xo_folder.h"
#include "scenarios/clients/reference_xo_job.h"
#include "scenarios/clients/reference_xo_lock.h"
#include "scenarios/clients/reference_xo_log.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* A job in progress. */
struct job {
	const struct xo_wish *wish;
	const char *url, *vm_name, *remote;
	const char *id; /* of the log */
	char *folder;	/* of the VM, in the remote */
	char date[REMOTE_DATE_BYTES];
	json_t *log;
	json_t *vm_task; /* NULL: not begun */
	struct xapi *xapi;
	struct xapi_vm vm;
	struct xo_lock *vm_lock;
	uint64_t bytes;	  /* transferred so far */
	char **published; /* files of the disks that exist so far */
	size_t published_count;
};

/* Reports a failure that affects only the next run. */
static void warn(struct job *job, const char *message, json_t *failure)
{
	if (failure)
		xo_task_warn(job->vm_task, message, json_pack("{s:o}", "error", failure));
}

/* ---- the snapshot ---- */

static json_t *snapshot_take(struct job *job)
{
	json_t *task = xo_task_begin(job->vm_task, "snapshot", NULL), *failure = NULL;
	uint64_t uncoalesced = 0;

	if (!job->wish->bypasses_check)
		failure = xapi_vm_uncoalesced(job->xapi, &job->vm, &uncoalesced);
	if (!failure && uncoalesced > job->wish->uncoalesced_max)
		failure = xo_error(XO_UNHEALTHY);
	if (!failure)
		failure = xapi_vm_snapshot(
			job->xapi, &job->vm, job->id, member_text(job->log, "jobName"), job->date);
	/* If the failure names no call, its answer was lost. */
	if (failure && !json_object_get(failure, "call"))
		xapi_lost_await(job->xapi, "VM.snapshot");
	if (failure)
		xo_task_fail(task, failure);
	else
		xo_task_end(task, json_string(job->vm.snapshot));
	return failure;
}

/* ---- the transfer ---- */

/* Returns what is wrong with the file PARENT of FOLDER, or with one that it needs; or NULL. */
static char *parent_flaw(const char *folder, const char *parent)
{
	struct xapi_chain chain;
	json_t *failure = xapi_chain_read(folder, parent, &chain);
	char *flaw = failure ? heap_format("VHD check error: %s", member_text(failure, "message"))
			     : NULL;

	xapi_chain_deinit(&chain);
	json_decref(failure);
	return flaw;
}

/*
 * Returns the file that DISK's delta is based on: the remote must have all of its base, too.  If
 * it does not, returns NULL, DISK no longer has a base, and a warning is added if it had one.
 */
static char *parent_find(struct job *job, struct xapi_disk *disk, const char *folder)
{
	char *parent = disk->base ? remote_vhd_find(folder, disk->base_uuid) : NULL;
	AUTO(auto_free) char *flaw = parent ? parent_flaw(folder, parent) : NULL;
	const char *why = flaw;

	if (parent && !flaw)
		return parent;
	if (!parent && disk->base)
		why = "Could not find the base VHD";
	else if (!parent && remote_has_vhds(folder))
		why = "Could not find the base VM";
	if (why) {
		AUTO(auto_free) char *warning = heap_format("%s; fall back to a full", why);

		xo_task_warn(job->vm_task, warning, NULL);
	}
	free(parent);
	free(TAKE_PTR(disk->base));
	free(TAKE_PTR(disk->base_uuid));
	return NULL;
}

static json_t *disk_export(struct job *job, struct xapi_disk *disk)
{
	AUTO(auto_free) char *folder = NULL;
	int error = remote_disk_folder(job->folder, job->id, disk->uuid, &folder);
	AUTO(auto_free) char *path = heap_format("%s/%s.vhd", folder, job->date);
	AUTO(auto_free) char *parent = NULL;
	uint64_t bytes = 0;
	json_t *failure;

	if (error < 0)
		return xo_error_of_system(error, "mkdir", folder);
	parent = parent_find(job, disk, folder);
	failure = xapi_export(job->xapi,
		&(struct xapi_export){
			.vdi = disk->snapshot,
			.vdi_uuid = disk->snapshot_uuid,
			.label = disk->label,
			.base = disk->base,
			.base_uuid = disk->base_uuid,
			.parent_name = parent,
			.path = path,
		},
		&bytes);
	job->bytes += bytes;
	if (!failure) {
		job->published = heap_grow(
			job->published, job->published_count, sizeof *job->published);
		job->published[job->published_count++] = TAKE_PTR(path);
	}
	return failure;
}

static json_t *disks_export(struct job *job)
{
	json_t *export = xo_task_begin(job->vm_task, "export",
		json_pack("{s:o, s:s}", "id", xo_text(job->remote), "type", "remote"));
	json_t *transfer = xo_task_begin(export, "transfer", NULL), *failure = NULL;
	bool is_full = true;
	int error;

	for (size_t i = 0; !failure && i < job->vm.disk_count; i++) {
		failure = disk_export(job, &job->vm.disks[i]);
		is_full = is_full && !job->vm.disks[i].base;
	}
	error = failure ? 0
			: remote_publish(job->folder, &job->vm, job->log, job->date, job->bytes);
	if (error < 0)
		failure = xo_error_of_system(error, "write", job->folder);
	json_object_set_new(json_object_get(export, "data"), "isFull", json_boolean(is_full));
	if (failure) {
		xo_task_fail(transfer, failure);
		xo_task_fail(export, failure);
		return failure;
	}
	xo_task_end(transfer, json_pack("{s:I}", "size", (json_int_t)job->bytes));
	xo_task_end(export, NULL);
	return NULL;
}

/* Without its restore point, a file is not a backup. */
static void files_withdraw(struct job *job)
{
	for (size_t i = 0; i < job->published_count; i++)
		unlink(job->published[i]);
}

/* ---- the VM ---- */

static json_t *vm_back_up(struct job *job)
{
	json_t *failure = xapi_vm_bases(job->xapi, &job->vm, job->id);

	if (!failure)
		failure = xapi_vm_delete_others(job->xapi, &job->vm, job->id, job->vm.base);
	if (!failure)
		failure = snapshot_take(job);
	if (!failure)
		failure = disks_export(job);
	if (failure) {
		files_withdraw(job);
		warn(job, "the snapshot could not be deleted",
			xapi_vm_delete_others(job->xapi, &job->vm, job->id, job->vm.base));
		return failure;
	}
	/* The restore point is complete: later failures do not affect it. */
	warn(job, "the snapshot could not be marked", xapi_vm_mark_exported(job->xapi, &job->vm));
	warn(job, "an old snapshot could not be deleted",
		xapi_vm_delete_others(job->xapi, &job->vm, job->id, job->vm.snapshot));
	return NULL;
}

static void folder_clean(struct job *job)
{
	json_t *task = xo_task_begin(job->vm_task, "clean-vm", NULL);
	unsigned count = remote_clean(job->folder);

	for (; count > 0; count--)
		xo_task_warn(task, "a file of an interrupted run was deleted", NULL);
	xo_task_end(task, json_pack("{s:b}", "merge", 0));
}

/* The backup is complete, even if this fails. */
static void old_points_delete(struct job *job)
{
	json_t *task = xo_task_begin(job->vm_task, "clean-vm", NULL);
	uint64_t count = 0;
	json_t *failure = remote_thin(job->folder, job->id, job->wish->keeps, &count);

	if (failure)
		xo_task_warn(task, "old backups could not be merged",
			json_pack("{s:o}", "error", failure));
	xo_task_end(task, json_pack("{s:b}", "merge", count > 0));
}

static json_t *vm_run_locked(struct job *job)
{
	json_t *failure = xapi_vm_block(job->xapi, &job->vm);

	if (failure)
		return failure;
	folder_clean(job);
	remote_date(job->folder, job->date);
	failure = vm_back_up(job);
	if (!failure && job->wish->keeps > 0)
		old_points_delete(job);
	warn(job, "migration of the VM stays blocked", xapi_vm_unblock(job->xapi, &job->vm));
	return failure;
}

/* Call it with an open session and a known VM. */
static json_t *vm_run_known(struct job *job)
{
	json_t *failure;
	int error = xo_folder_make(job->folder);

	if (error == 0)
		error = xo_lock_take(job->folder, job->wish->lock_stale_ns, &job->vm_lock);
	if (error == -EBUSY)
		return xo_error_locked(job->folder);
	if (error < 0)
		return xo_error_of_system(error, "mkdir", job->folder);
	failure = vm_run_locked(job);
	if (!xo_lock_release(TAKE_PTR(job->vm_lock)))
		xo_task_warn(job->vm_task, "lock compromised", NULL);
	return failure;
}

static json_t *vm_try(void *context)
{
	struct job *job = context;
	const struct xapi_patience patience = {
		.silence_ns = job->wish->silence_ns,
		.task_ns = job->wish->task_ns,
	};
	json_t *failure = xapi_open(job->url, &patience, &job->xapi);

	if (!failure)
		failure = xapi_vm_open(job->xapi, job->vm_name, &job->vm);
	if (!failure) {
		job->folder = remote_folder(job->remote, job->vm.uuid);
		failure = vm_run_known(job);
	}
	xapi_vm_deinit(&job->vm);
	xapi_close(TAKE_PTR(job->xapi));
	free(TAKE_PTR(job->folder));
	for (size_t i = 0; i < job->published_count; i++)
		free(job->published[i]);
	free(TAKE_PTR(job->published));
	job->published_count = 0;
	job->bytes = 0;
	return failure;
}

static void vm_run(void *context)
{
	struct job *job = context;

	job->vm_task = xo_task_begin(job->log, "backup VM",
		json_pack("{s:s, s:o, s:o}", "type", "VM", "id", xo_text(job->vm_name),
			"name_label", xo_text(job->vm_name)));
	xo_vm_run(job->vm_task, job->wish->retries, vm_try, job);
}

/* ---- the job ---- */

int xapi_backup(const char *url, const char *vm, const char *remote, const struct xo_wish *wish)
{
	struct job job = { .wish = wish, .url = url, .vm_name = vm, .remote = remote };
	int exit_code;

	stop_watch();
	job.log = xo_log_begin(wish->job ? wish->job : vm, "delta");
	job.id = member_text(job.log, "jobId");
	xo_job_run(job.log, remote, vm_run, &job);
	exit_code = xo_log_report(job.log, wish->prints_json);
	json_decref(job.log);
	return exit_code;
}
