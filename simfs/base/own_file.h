/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_file.h - whether what lies on disk is one's own.
 *
 * A state folder may lie where others may write.  What they plant there (a link,
 * a FIFO, a file or folder of theirs) must not decide what a rig does, the more
 * so as it often runs as root.
 */
#ifndef SNAPRIG_BASE_OWN_FILE_H
#define SNAPRIG_BASE_OWN_FILE_H

#include <sys/stat.h>

/*
 * Why a file with these FACTS (of lstat or fstat) cannot be trusted, to be put behind its
 * name: "is a symbolic link".  NULL for a regular file, or a socket, that belongs to this
 * user or to root, that nobody else may write to, and that has one name.
 */
const char *own_file_flaw(const struct stat *facts);

/*
 * The same of a folder: nobody else may write to it, but that the sticky bit
 * makes up for it, as then nobody can replace what is not his.
 */
const char *own_folder_flaw(const struct stat *facts);

/*
 * openat() of a regular file without a flaw, in a folder that is FOLDER_FD.  FLAGS may
 * create it, with mode 0600.  Never waits, whatever the name stands for, and follows no
 * link.  Returns 0 and *RET; -EINVAL when it is not a regular file, -EPERM for another
 * flaw, -ELOOP for a link, or -errno.
 */
int own_file_open(int folder_fd, const char *name, int flags, int *ret);

#endif
