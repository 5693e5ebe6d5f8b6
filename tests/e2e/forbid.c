/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forbid [seccomp=]ERRNO PROGRAM [ARG ...] - runs PROGRAM, for which io_uring_setup(2) fails, or
 * seccomp(2), as under the seccomp profile of a container (EPERM, ENOSYS).
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECCOMP "seccomp="

int main(int argc, char **argv)
{
	bool is_seccomp = argc > 2 && strncmp(argv[1], SECCOMP, strlen(SECCOMP)) == 0;
	const char *number = argc > 2 ? argv[1] + (is_seccomp ? strlen(SECCOMP) : 0) : "";
	unsigned error = (unsigned)strtoul(number, NULL, 10);
	unsigned call = is_seccomp ? __NR_seccomp : __NR_io_uring_setup;
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error & SECCOMP_RET_DATA)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof filter / sizeof filter[0], filter };

	if (error == 0)
		return 2;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		perror("forbid");
		return 3;
	}
	execv(argv[2], argv + 2);
	return 4;
}
