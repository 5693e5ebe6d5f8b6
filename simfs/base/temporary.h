/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temporary.h - where temporary files are made.
 */
#ifndef SNAPRIG_BASE_TEMPORARY_H
#define SNAPRIG_BASE_TEMPORARY_H

/* $TMPDIR, or /tmp if that is not set or empty.  The environment owns it. */
const char *temporary_parent(void);

/*
 * Makes a new, empty folder in PARENT, which only this user may enter.  Returns 0 and its path
 * in *RET, which the caller frees; or -errno.
 */
int temporary_folder_make(const char *parent, char **ret);

#endif
