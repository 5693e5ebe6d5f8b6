/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/dead_mount.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

int dead_mount_detach(const char *path, bool quiet)
{
	int status;
	pid_t child;

	if (umount2(path, MNT_DETACH) == 0)
		return 0;
	if (errno != EPERM)
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		execlp("fusermount3", "fusermount3", quiet ? "-uzq" : "-uz", "--", path,
			(char *)NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

void dead_mount_remove(const char *path)
{
	if (rmdir(path) == 0 || errno != EBUSY)
		return;
	(void)dead_mount_detach(path, true);
	rmdir(path);
}
