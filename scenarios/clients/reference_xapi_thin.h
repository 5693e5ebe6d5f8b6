/* SPDX-License-Identifier: Apache-2.0 */
/* reference_xapi_thin.h - old restore points go, and what later ones need of them stays. */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_THIN_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_THIN_H

#include <stdint.h>

#include <jansson.h>

/*
 * Deletes the oldest restore points of the job JOB_ID in FOLDER, a VM's, until KEEPS are left. What
 * differs from their VHDs is made whole before (reference_xapi_merge.h), then the point goes, then
 * its VHDs: each point that is there restores at every moment, and what a kill has left between is
 * deleted by the next run.  *RET_COUNT have gone.  NULL, or why no more of them have.
 */
json_t *remote_thin(const char *folder, const char *job_id, uint64_t keeps, uint64_t *ret_count);

/*
 * Makes every VHD beside the file PATH that differs from it a whole one, so that PATH may go. Where
 * there is no PATH nothing is done.  NULL, or an error.
 */
json_t *remote_children_merge(const char *path);

#endif
