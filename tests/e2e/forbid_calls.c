/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forbid_calls NUMBER,NUMBER... PROGRAM [ARG ...] - runs PROGRAM, for which these system calls fail
 * with EPERM, as under the seccomp profile of a container.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define CALLS_MAX 200

int main(int argc, char **argv)
{
	static struct sock_filter filter[2 + 2 * CALLS_MAX] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	unsigned short length = 1;
	char *list = argc > 2 ? argv[1] : NULL;

	for (char *at = list; at && *at; at += *at == ',') {
		if (length > 2 * CALLS_MAX)
			return 2;
		filter[length++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned)strtoul(at, &at, 10), 0, 1);
		filter[length++] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	}
	filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (length < 4)
		return 2;

	struct sock_fprog program = { length, filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		perror("forbid_calls");
		return 3;
	}
	execv(argv[2], argv + 2);
	return 4;
}
