/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_lock.h - the locks between jobs of Xen Orchestra.
 *
 * That a job is running is known only in the server's memory; here, the flock() of a file stands
 * for that.  The folder of a VM is locked by a folder beside it, "VM.lock", which exists while a
 * process works on the backups; the owner renews its time, so that the lock of a dead owner
 * becomes stale.  That uses real time: the owner is an ordinary process, and is no faster when the
 * rig's clock is.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_LOCK_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_LOCK_H

#include <stdbool.h>
#include <stdint.h>

/* A lock not renewed for this long is stale; it is renewed twice as often. */
#define XO_LOCK_STALE_NS 10000000000ull

struct xo_job_lock {
	int fd;
	char *path;
};

/* Takes the lock of job ID in FOLDER.  Returns 0, -EALREADY if the job is running, or -errno. */
int xo_job_lock_take(const char *folder, const char *id, struct xo_job_lock *ret);
void xo_job_lock_release(struct xo_job_lock *lock);

struct xo_lock;

/* Takes the lock of FOLDER, which exists, without waiting.  Returns 0, -EBUSY if it is held, or
 * -errno. */
int xo_lock_take(const char *folder, uint64_t stale_ns, struct xo_lock **ret);

/* Returns false if another process has taken it away.  LOCK may be NULL. */
bool xo_lock_release(struct xo_lock *lock);

/* Returns whether a lock renewed at RENEWED_NS is stale at NOW_NS. */
bool xo_lock_is_stale(int64_t renewed_ns, int64_t now_ns, uint64_t stale_ns);

#endif
