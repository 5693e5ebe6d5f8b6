/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_job.h - what every job of Xen Orchestra does, however it reaches its VM.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_JOB_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_JOB_H

#include <stdint.h>

#include <jansson.h>

/* Required: does everything for a VM.  Returns NULL, or an error, which the caller frees. */
typedef json_t *xo_attempt(void *context);

/*
 * Attempts until one succeeds, with at most RETRIES retries, without a pause and after any error,
 * so a retry does not cure what a wait would.  Afterwards TASK, the VM's, has ended.
 */
void xo_vm_run(json_t *task, uint64_t retries, xo_attempt *attempt, void *context);

/*
 * Calls RUN (required) with CONTEXT while the job of LOG is locked in FOLDER so that it cannot run
 * twice, and ends LOG; or fails LOG if the job is running already or FOLDER cannot be written to.
 */
void xo_job_run(json_t *log, const char *folder, void (*run)(void *context), void *context);

#endif
