/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xo_job.h"

#include <errno.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xo_error.h"
#include "scenarios/clients/reference_xo_lock.h"
#include "scenarios/clients/reference_xo_log.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

void xo_vm_run(json_t *task, uint64_t retries, xo_attempt *attempt, void *context)
{
	json_t *failure = attempt(context);

	for (unsigned number = 1; failure && number <= retries && !asked_to_stop(); number++) {
		xo_task_retry(task, number, failure);
		json_decref(failure);
		failure = attempt(context);
	}
	if (failure)
		xo_task_fail(task, failure);
	else
		xo_task_end(task, NULL);
	json_decref(failure);
}

void xo_job_run(json_t *log, const char *folder, void (*run)(void *context), void *context)
{
	const char *id = member_text(log, "jobId");
	AUTO(auto_free) char *running = heap_format("the job (%s) is already running", id);
	struct xo_job_lock lock = { .fd = -1 };
	int error = xo_job_lock_take(folder, id, &lock);
	json_t *failure;

	if (error == 0) {
		run(context);
		xo_task_end(log, NULL);
		xo_job_lock_release(&lock);
		return;
	}
	failure = error == -EALREADY ? xo_error(running)
				     : xo_error_of_system(error, "open", folder);
	xo_task_fail(log, failure);
	json_decref(failure);
}
