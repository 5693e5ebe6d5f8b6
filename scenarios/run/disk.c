/* SPDX-License-Identifier: Apache-2.0 */
/* disk.c - the disk that contains the stores, which can fill up: a separate file system in
 * memory. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "scenarios/run/run_left.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

int disk_make(struct run *run, struct reason *reason)
{
	AUTO(auto_free) char *folder = heap_format("%s/disk", run->work);
	AUTO(auto_free)
	char *options = heap_format("mode=0700,size=%" PRIu64, run->scenario->disk_bytes);

	if (mount("snaprig-disk", folder, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0) {
		int error = reason_error(reason, -errno, "cannot make a disk for the stores");

		return error == -EPERM ? -EACCES : error;
	}
	run->store = heap_format("%s/state", folder);
	return 0;
}

/* Takes BYTES more at the end of FD, as far as there is room. */
static int fill(int fd, uint64_t bytes)
{
	off_t end = lseek(fd, 0, SEEK_END);

	if (bytes == 0)
		return 0;
	return fallocate(fd, 0, end, (off_t)bytes) < 0 ? -errno : 0;
}

/* Takes all free space; a concurrent writer may take some of it first. */
static int fill_all(int fd)
{
	struct statvfs facts;

	while (fstatvfs(fd, &facts) == 0 && facts.f_bavail > 0) {
		int error = fill(fd, (uint64_t)facts.f_bavail * facts.f_frsize);

		if (error < 0 && error != -ENOSPC)
			return error;
	}
	return 0;
}

enum outcome run_fill(struct run *run, const struct step *step, struct reason *reason)
{
	AUTO(auto_free) char *path = work_path(run, "disk", "filler");
	AUTO(auto_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error = fd < 0			   ? -errno
		    : step->bytes == STEP_FILL_ALL ? fill_all(fd)
						   : fill(fd, step->bytes);

	if (error == 0)
		return OUTCOME_PASSED;
	reason_error(reason, error, "cannot fill the disk");
	return OUTCOME_ERROR;
}
