/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_folder.h - the folder of a VM with its backups.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_FOLDER_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_FOLDER_H

#include <stdint.h>

/* Creates FOLDER and all missing folders above it.  Returns 0 or -errno. */
int xo_folder_make(const char *folder);

/*
 * Records that the snapshot NAME is about to be taken, so that the next run finds it if this one
 * is interrupted.  Returns 0 or -errno.
 */
int xo_folder_note_snapshot(const char *folder, const char *name);
void xo_folder_forget_snapshot(const char *folder);

/* Returns the snapshot that an interrupted run has left, or NULL.  The caller frees it. */
char *xo_folder_noted_snapshot(const char *folder);

/*
 * Removes files of incomplete backups, and marks the logs of runs that did not end as
 * "interrupted".  The caller holds the folder's lock.  Returns how many files were removed.
 */
unsigned xo_folder_clean(const char *folder);

/*
 * Deletes the oldest good backups of the job JOB_ID until KEEPS are left.  Returns how many were
 * deleted, or the -errno of the first that could not be.
 */
int xo_folder_thin(const char *folder, const char *job_id, uint64_t keeps);

#endif
