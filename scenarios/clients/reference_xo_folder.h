/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_folder.h - the folder of a VM, with its backups.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_FOLDER_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_FOLDER_H

/* Makes FOLDER and those above it that are missing.  0 or -errno. */
int xo_folder_make(const char *folder);

/*
 * Notes that the snapshot NAME is about to be taken, for the next run to find when this one
 * is interrupted.  0 or -errno.
 */
int xo_folder_note_snapshot(const char *folder, const char *name);
void xo_folder_forget_snapshot(const char *folder);

#endif
