/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_folder.h - the folder of a VM, with its backups.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_FOLDER_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_FOLDER_H

#include <stdint.h>

/* Makes FOLDER and those above it that are missing.  0 or -errno. */
int xo_folder_make(const char *folder);

/*
 * Notes that the snapshot NAME is about to be taken, for the next run to find when this one
 * is interrupted.  0 or -errno.
 */
int xo_folder_note_snapshot(const char *folder, const char *name);
void xo_folder_forget_snapshot(const char *folder);

/* The snapshot that an interrupted run has left, the caller's; NULL: none. */
char *xo_folder_noted_snapshot(const char *folder);

/*
 * Removes the files of backups that did not become any, and marks the logs of runs that did
 * not come to their end: "interrupted".  Only for who has the folder locked.  Returns how many
 * files were removed.
 */
unsigned xo_folder_clean(const char *folder);

/*
 * Deletes the oldest good backups of the job JOB_ID until KEEPS are left.  Returns how many
 * were deleted, or the -errno of the first that could not be.
 */
int xo_folder_thin(const char *folder, const char *job_id, uint64_t keeps);

#endif
