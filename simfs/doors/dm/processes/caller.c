/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/processes/caller.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"

/* A read may not reach further beyond the end of a text: no page is smaller. */
#define PAGE_BYTES 4096

bool caller_waits(const struct caller *caller)
{
	return caller->waits(caller);
}

/* The number, in BASE, after NAME ("CapEff:") in /proc/PID/status. */
static int status_number(const struct caller *caller, const char *name, int base, uint64_t *ret)
{
	char path[64], line[256];

	snprintf(path, sizeof path, "/proc/%d/status", (int)caller->pid);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	while (file && fgets(line, sizeof line, file)) {
		if (strncmp(line, name, strlen(name)) != 0)
			continue;
		*ret = strtoull(line + strlen(name), NULL, base);
		return 0;
	}
	return -ESRCH;
}

bool caller_is_admin(const struct caller *caller)
{
	uint64_t capabilities;

	return status_number(caller, "CapEff:", 16, &capabilities) == 0 &&
	       capabilities >> CAP_SYS_ADMIN & 1;
}

bool caller_is_signalled(const struct caller *caller)
{
	uint64_t own, shared, blocked, caught;

	if (status_number(caller, "SigPnd:", 16, &own) ||
		status_number(caller, "ShdPnd:", 16, &shared) ||
		status_number(caller, "SigBlk:", 16, &blocked) ||
		status_number(caller, "SigCgt:", 16, &caught))
		return false;
	return ((own | shared) & ~blocked & caught) != 0;
}

pid_t caller_process(const struct caller *caller)
{
	uint64_t number;

	return status_number(caller, "Tgid:", 10, &number) == 0 ? (pid_t)number : caller->pid;
}

static int moved(ssize_t count, size_t length)
{
	if (count < 0)
		return errno == ESRCH ? -ESRCH : -EFAULT;
	return (size_t)count == length ? 0 : -EFAULT;
}

int caller_read(const struct caller *caller, uint64_t address, void *buffer, size_t length)
{
	struct iovec here = { .iov_base = buffer, .iov_len = length };
	struct iovec there = { .iov_base = (void *)(uintptr_t)address, .iov_len = length };

	return moved(process_vm_readv(caller->pid, &here, 1, &there, 1, 0), length);
}

int caller_write(const struct caller *caller, uint64_t address, const void *data, size_t length)
{
	struct iovec here = { .iov_base = (void *)(uintptr_t)data, .iov_len = length };
	struct iovec there = { .iov_base = (void *)(uintptr_t)address, .iov_len = length };

	return moved(process_vm_writev(caller->pid, &here, 1, &there, 1, 0), length);
}

int caller_read_text(const struct caller *caller, uint64_t address, char *buffer, size_t length)
{
	size_t have = 0;

	/* Page by page: the memory after the text may not exist. */
	while (have < length - 1) {
		size_t step = PAGE_BYTES - (address + have) % PAGE_BYTES;
		int result;

		if (step > length - 1 - have)
			step = length - 1 - have;
		result = caller_read(caller, address + have, buffer + have, step);
		if (result < 0)
			return result;
		if (memchr(buffer + have, '\0', step))
			return 0;
		have += step;
	}
	buffer[have] = '\0';
	return 0;
}

int caller_find(const struct caller *caller, const char *path, int *ret)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC };
	bool from_root = path[0] == '/';
	char folder[64];

	snprintf(
		folder, sizeof folder, "/proc/%d/%s", (int)caller->pid, from_root ? "root" : "cwd");

	AUTO(auto_close) int start = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (start < 0)
		return -errno;
	if (from_root)
		how.resolve = RESOLVE_IN_ROOT;

	long fd = syscall(SYS_openat2, start, path, &how, sizeof how);

	if (fd < 0)
		return -errno;
	*ret = (int)fd;
	return 0;
}
