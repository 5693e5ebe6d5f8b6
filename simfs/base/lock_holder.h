/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock_holder.h - whether the holder of a file lock is alive or dying.
 *
 * The descriptors of a killed process stay open until its last I/O has finished, and so do its
 * locks; on a busy disk this takes seconds.  A caller that is refused a lock asks here whether
 * waiting helps.
 */
#ifndef SNAPRIG_BASE_LOCK_HOLDER_H
#define SNAPRIG_BASE_LOCK_HOLDER_H

#include <sys/stat.h>

enum lock_holder {
	LOCK_HOLDER_UNSEEN, /* none, or in another PID namespace, or /proc does not show it */
	LOCK_HOLDER_DYING,  /* killed or gone; its descriptors outlive it */
	LOCK_HOLDER_LIVES,
};

/*
 * Checks the flock() locks on the file with the facts FILE.  One live holder among several makes it
 * LIVES.
 */
enum lock_holder lock_holder_of(const struct stat *file);

#endif
