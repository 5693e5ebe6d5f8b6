/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock_holder.h - who holds the lock of a file: someone who works, or someone who is dying.
 *
 * The descriptors of a process that was killed stay open until its last I/O is over, and its locks
 * with them; on a busy disk that takes seconds.  Whoever is refused a lock asks here whether
 * waiting helps.
 */
#ifndef SNAPRIG_BASE_LOCK_HOLDER_H
#define SNAPRIG_BASE_LOCK_HOLDER_H

#include <sys/stat.h>

enum lock_holder {
	LOCK_HOLDER_UNSEEN, /* none, or of another process namespace, or /proc does not tell */
	LOCK_HOLDER_DYING,  /* killed, or gone: its descriptors outlive it */
	LOCK_HOLDER_LIVES,
};

/* Of the flock() locks of the file whose facts are FILE.  Of several holders the liveliest. */
enum lock_holder lock_holder_of(const struct stat *file);

#endif
