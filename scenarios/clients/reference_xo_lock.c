/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xo_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

/* ---- the job ---- */

/* Returns whether PATH is still the file that FD has open; its previous owner may have removed
 * it. */
static bool is_there(const char *path, int fd)
{
	struct stat named, open_one;

	return stat(path, &named) == 0 && fstat(fd, &open_one) == 0 &&
	       named.st_ino == open_one.st_ino && named.st_dev == open_one.st_dev;
}

int xo_job_lock_take(const char *folder, const char *id, struct xo_job_lock *ret)
{
	AUTO(auto_free) char *path = heap_format("%s/%s.job", folder, id);

	for (;;) {
		AUTO(auto_close) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0)
			return errno == EWOULDBLOCK ? -EALREADY : -errno;
		if (is_there(path, fd)) {
			*ret = (struct xo_job_lock){ TAKE_FD(fd), TAKE_PTR(path) };
			return 0;
		}
	}
}

void xo_job_lock_release(struct xo_job_lock *lock)
{
	if (!lock->path)
		return;
	unlink(lock->path);
	close(lock->fd);
	free(lock->path);
	*lock = (struct xo_job_lock){ .fd = -1 };
}

/* ---- the VM ---- */

struct xo_lock {
	char *path;
	uint64_t stale_ns;
	int64_t renewed_ns; /* owned by the thread once it runs */
	bool is_lost;
	int ends[2]; /* a pipe; closing its end stops the thread */
	pthread_t thread;
};

bool xo_lock_is_stale(int64_t renewed_ns, int64_t now_ns, uint64_t stale_ns)
{
	return renewed_ns < now_ns && (uint64_t)(now_ns - renewed_ns) > stale_ns;
}

/* Gets the time at which the folder at PATH was renewed.  Returns 0 or -errno. */
static int renewed_at(const char *path, int64_t *ret_ns)
{
	struct stat stat;

	if (lstat(path, &stat) < 0)
		return -errno;
	*ret_ns = stat.st_mtim.tv_sec * (int64_t)NS_PER_S + stat.st_mtim.tv_nsec;
	return 0;
}

/* Removes the lock at PATH if it is stale.  Returns 0, also if it has just disappeared; -EBUSY; or
 * -errno. */
static int stale_remove(const char *path, uint64_t stale_ns)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int64_t renewed_ns = 0;
	int error;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	/* Of several processes that find it stale, one may remove it: the others would remove the
	 * new owner's. */
	if (flock(fd, LOCK_EX) < 0)
		return -errno;
	if (!is_there(path, fd))
		return 0;
	error = renewed_at(path, &renewed_ns);
	if (error == 0 && !xo_lock_is_stale(renewed_ns, clock_wall_ns(), stale_ns))
		return -EBUSY;
	if (error == 0 && rmdir(path) < 0)
		error = -errno;
	return error == -ENOENT ? 0 : error;
}

static int lock_make(const char *path, uint64_t stale_ns)
{
	int error = mkdir(path, 0700) < 0 ? -errno : 0;

	if (error != -EEXIST)
		return error;
	error = stale_remove(path, stale_ns);
	if (error < 0)
		return error;
	if (mkdir(path, 0700) < 0)
		return errno == EEXIST ? -EBUSY : -errno;
	return 0;
}

/* The lock is no longer ours if it is gone, or has another time than we gave it. */
static bool is_taken(const struct xo_lock *lock)
{
	int64_t renewed_ns = 0;

	return renewed_at(lock->path, &renewed_ns) < 0 || renewed_ns != lock->renewed_ns;
}

static void *renew_thread(void *context)
{
	struct xo_lock *lock = context;
	struct pollfd ended = { .fd = lock->ends[0], .events = POLLIN };
	uint64_t wait_ms = lock->stale_ns / 2 / NS_PER_MS;
	int patience_ms = wait_ms < 1 ? 1 : wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;

	while (poll(&ended, 1, patience_ms) == 0) {
		lock->is_lost = is_taken(lock);
		if (lock->is_lost)
			return NULL;
		if (utimensat(AT_FDCWD, lock->path, NULL, 0) == 0)
			renewed_at(lock->path, &lock->renewed_ns);
	}
	return NULL;
}

/* Signals must go to the thread that works. */
static int thread_start(struct xo_lock *lock)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = -pthread_create(&lock->thread, NULL, renew_thread, lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void lock_free(struct xo_lock *lock)
{
	free(lock->path);
	free(lock);
}

int xo_lock_take(const char *folder, uint64_t stale_ns, struct xo_lock **ret)
{
	/* The folder may be called ".", or have several paths. */
	AUTO(auto_free) char *whole = realpath(folder, NULL);
	struct xo_lock *lock;
	int error;

	if (!whole)
		return -errno;
	lock = heap_new(sizeof *lock);
	lock->path = heap_format("%s.lock", whole);
	lock->stale_ns = stale_ns;
	error = lock_make(lock->path, stale_ns);
	if (error < 0) {
		lock_free(lock);
		return error;
	}
	error = renewed_at(lock->path, &lock->renewed_ns);
	if (error == 0 && pipe2(lock->ends, O_CLOEXEC) < 0)
		error = -errno;
	else if (error == 0 && (error = thread_start(lock)) < 0) {
		close(lock->ends[0]);
		close(lock->ends[1]);
	}
	if (error < 0) {
		rmdir(lock->path);
		lock_free(lock);
		return error;
	}
	*ret = lock;
	return 0;
}

bool xo_lock_release(struct xo_lock *lock)
{
	bool is_ours;

	if (!lock)
		return true;
	close(lock->ends[1]);
	pthread_join(lock->thread, NULL);
	close(lock->ends[0]);
	is_ours = !lock->is_lost && !is_taken(lock);
	if (is_ours)
		rmdir(lock->path);
	lock_free(lock);
	return is_ours;
}
