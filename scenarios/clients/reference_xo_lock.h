/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_lock.h - what keeps jobs of Xen Orchestra apart.
 *
 * A job that runs is known to the server alone and forgotten with it: here, the flock() of
 * a file.  The folder of a VM is locked by a folder beside it, "VM.lock", which is there for
 * whoever works on the backups; its time is renewed, so that one whose owner has died is
 * found out.  It is the wall's time: the owner is a process like another, and a rig that is
 * told that time flies does not make it any faster.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_LOCK_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_LOCK_H

#include <stdbool.h>
#include <stdint.h>

/* After so long without being renewed a lock is nobody's; half of it is how often it is. */
#define XO_LOCK_STALE_NS 10000000000ull

struct xo_job_lock {
	int fd;
	char *path;
};

/* Takes the lock of job ID in FOLDER: 0, -EALREADY when the job runs, or -errno. */
int xo_job_lock_take(const char *folder, const char *id, struct xo_job_lock *ret);
void xo_job_lock_release(struct xo_job_lock *lock);

struct xo_lock;

/* Takes the lock of FOLDER, which is there, and never waits for it: 0, -EBUSY when it is held, or
 * -errno. */
int xo_lock_take(const char *folder, uint64_t stale_ns, struct xo_lock **ret);

/* False when somebody has taken it away meanwhile.  NULL is fine. */
bool xo_lock_release(struct xo_lock *lock);

/* Whether a lock that was renewed at RENEWED_NS is nobody's any more at NOW_NS. */
bool xo_lock_is_stale(int64_t renewed_ns, int64_t now_ns, uint64_t stale_ns);

#endif
