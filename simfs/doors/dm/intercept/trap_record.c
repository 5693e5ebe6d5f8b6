/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/intercept/trap_record.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"

/* Calls that may have been received just before they could be recorded. */
#define UNRECORDED 8

int trap_record_open(int fd, struct trap_record **ret)
{
	void *memory = mmap(NULL, sizeof **ret, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	*ret = memory;
	return 0;
}

int trap_record_make(struct trap_record **ret, int *ret_fd)
{
	AUTO(auto_close) int fd = memfd_create("snaprig-calls", MFD_CLOEXEC);
	int result;

	if (fd < 0 || ftruncate(fd, sizeof **ret) < 0)
		return -errno;
	result = trap_record_open(fd, ret);
	if (result == 0)
		*ret_fd = TAKE_FD(fd);
	return result;
}

void trap_record_close(struct trap_record *record)
{
	if (record)
		munmap(record, sizeof *record);
}

/* ENOENT: the caller is gone. */
static void answer(int listener, uint64_t id, int error)
{
	struct seccomp_notif_resp response = {
		.id = id,
		.error = error,
		.flags = error ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};

	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

void trap_record_settle(struct trap_record *record, int listener)
{
	uint64_t latest = 0;

	for (unsigned at = 0; at < TRAP_RECORD_SLOTS; at++) {
		uint64_t id = atomic_load(&record->slots[at].id);

		if (id)
			answer(listener, id, atomic_load(&record->slots[at].error));
		if (id > latest)
			latest = id;
	}
	/* Ids ascend.  A call that continues reaches no control node. */
	for (uint64_t id = latest + 1; latest && id <= latest + UNRECORDED; id++)
		answer(listener, id, 0);
}

void trap_orphan_answer(int listener)
{
	struct seccomp_notif request = { 0 };

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == 0)
		answer(listener, request.id, request.data.nr == __NR_ioctl ? -EIO : 0);
}
