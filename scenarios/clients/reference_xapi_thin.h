/* SPDX-License-Identifier: Apache-2.0 */
/* reference_xapi_thin.h - deletes old restore points, but keeps what later ones need of them. */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_THIN_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_THIN_H

#include <stdint.h>

#include <jansson.h>

/*
 * Deletes the oldest restore points of the job JOB_ID in FOLDER, a VM's, until KEEPS are left.
 * Before each, VHDs that differ from its own are made complete (reference_xapi_merge.h); then the
 * point is deleted, then its VHDs.  So every existing point can be restored at any moment, and the
 * next run deletes what a kill left in between.  *RET_COUNT is how many were deleted.  Returns
 * NULL, or why no more were.
 */
json_t *remote_thin(const char *folder, const char *job_id, uint64_t keeps, uint64_t *ret_count);

/*
 * Makes every VHD beside the file PATH that differs from it complete, so that PATH can be deleted.
 * Does nothing if PATH does not exist.  Returns NULL, or an error.
 */
json_t *remote_children_merge(const char *path);

#endif
