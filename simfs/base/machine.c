/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xxhash.h>

#include "simfs/base/cleanup.h"

uint64_t machine_boot_id(void)
{
	AUTO(auto_fclose) FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	char text[64];

	if (!file || !fgets(text, sizeof text, file))
		return 0;
	return XXH3_64bits(text, strlen(text)) | 1;
}

void machine_raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void machine_keep_small_blocks(void)
{
	/* The largest value that mallopt(3) allows. */
	mallopt(M_MXFAST, 80 * sizeof(size_t) / 4);
}

bool machine_can_unmount(const char **ret_why)
{
	if (geteuid() == 0 || access("/etc/mtab", R_OK) == 0)
		return true;
	*ret_why = "fusermount3 cannot unmount without '/etc/mtab' "
		   "(ln -s /proc/self/mounts /etc/mtab)";
	return false;
}

/* Present since Linux 5.9.  5.10 is the oldest that the rig is tested on. */
#define FEATURE_WANTED IORING_FEAT_POLL_32BITS

bool machine_has_io_uring(const char **ret_why)
{
	struct io_uring_params parameters = { 0 };
	AUTO(auto_close) int fd = (int)syscall(__NR_io_uring_setup, 1, &parameters);

	if (fd >= 0 && !(parameters.features & FEATURE_WANTED)) {
		*ret_why = "the io_uring of this kernel is too old (use Linux 5.10 or later)";
		return false;
	}
	if (fd >= 0 || (errno != EPERM && errno != EACCES && errno != ENOSYS))
		return true;
	*ret_why = errno == ENOSYS
			   ? "there is no io_uring (use a kernel with CONFIG_IO_URING)"
			   : "io_uring is forbidden (sysctl kernel.io_uring_disabled=0; in a "
			     "container, allow io_uring in its seccomp profile)";
	return false;
}

bool machine_can_serve(const char **ret_why)
{
	/* access(2) ignores what a container forbids. */
	AUTO(auto_close) int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		*ret_why = "there is no '/dev/fuse' (modprobe fuse; a container needs --device "
			   "/dev/fuse)";
	else if (fd < 0 && (errno == EACCES || errno == EPERM))
		*ret_why = "'/dev/fuse' must not be opened (chmod 0666 /dev/fuse; a container "
			   "needs --device /dev/fuse)";
	else
		return machine_has_io_uring(ret_why);
	return false;
}
