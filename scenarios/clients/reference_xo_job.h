/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_job.h - what every job of Xen Orchestra does, whatever way leads to its VM.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_JOB_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_JOB_H

#include <stdint.h>

#include <jansson.h>

/* Required.  All that is done for a VM: NULL, or an error, the caller's. */
typedef json_t *xo_attempt(void *context);

/*
 * Attempts until one succeeds, RETRIES times more at the most, and at once, whatever the error
 * was: what a wait would cure is not cured.  TASK, the VM's, has ended then.
 */
void xo_vm_run(json_t *task, uint64_t retries, xo_attempt *attempt, void *context);

/*
 * Calls RUN (Required) with CONTEXT while the job of LOG is kept, in FOLDER, from running twice,
 * and ends LOG; or LOG fails: it runs already, or FOLDER cannot be written to.
 */
void xo_job_run(json_t *log, const char *folder, void (*run)(void *context), void *context);

#endif
