/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_file.h - whether a file on disk can be trusted to be one's own.
 *
 * A state folder may be in a place where others can write.  What they plant there (a link, a FIFO,
 * a file or folder of theirs) must not decide what a rig does, especially since it often runs as
 * root.
 */
#ifndef SNAPRIG_BASE_OWN_FILE_H
#define SNAPRIG_BASE_OWN_FILE_H

#include <sys/stat.h>

/*
 * Why a file with these FACTS (of lstat or fstat) cannot be trusted, to be put after its name: "is
 * a symbolic link".  NULL for a regular file or socket that belongs to this user or root, is
 * writable by nobody else, and has one name.
 */
const char *own_file_flaw(const struct stat *facts);

/*
 * The same for a folder: nobody else may write to it, unless it has the sticky bit, which keeps
 * others from replacing what is not theirs.
 */
const char *own_folder_flaw(const struct stat *facts);

/*
 * openat() of a regular file without a flaw, in folder FOLDER_FD.  FLAGS may create it, with mode
 * 0600.  Never blocks, whatever the name refers to, and follows no link.  Returns 0 and *RET;
 * -EINVAL if it is not a regular file, -EPERM for another flaw, -ELOOP for a link, or -errno.
 */
int own_file_open(int folder_fd, const char *name, int flags, int *ret);

#endif
