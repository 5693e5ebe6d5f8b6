/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forbid [CALLS=]ERRNO PROGRAM [ARG ...] - runs PROGRAM, for which system calls fail as under the
 * seccomp profile of a container (EPERM, ENOSYS): those whose numbers CALLS has, with commas, or
 * seccomp(2) when it is `seccomp`; io_uring_setup(2) without CALLS.  With `kill` for ERRNO they end
 * the process by SIGSYS, so that one that nobody would miss is seen, too.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALLS_MAX 200

static struct sock_filter filter[2 + 2 * CALLS_MAX] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
};
static unsigned short length = 1;

/* What a filter answers where ERRNO is TEXT. */
static unsigned answer_of(const char *text)
{
	unsigned error = (unsigned)strtoul(text, NULL, 10);

	if (strcmp(text, "kill") == 0)
		return SECCOMP_RET_KILL_PROCESS;
	return error ? SECCOMP_RET_ERRNO | (error & SECCOMP_RET_DATA) : SECCOMP_RET_ALLOW;
}

static void forbid(unsigned call, unsigned answer)
{
	if (length > 2 * CALLS_MAX)
		exit(2);
	filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
	filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
}

/* The numbers between CALLS and END. */
static void forbid_each(const char *calls, const char *end, unsigned answer)
{
	char *behind;

	for (; calls < end; calls = behind + (*behind == ',')) {
		unsigned call = (unsigned)strtoul(calls, &behind, 10);

		if (behind == calls)
			exit(2);
		forbid(call, answer);
	}
}

int main(int argc, char **argv)
{
	const char *calls = argc > 2 ? argv[1] : "", *equals = strchr(calls, '=');
	unsigned answer = answer_of(equals ? equals + 1 : calls);

	if (answer == SECCOMP_RET_ALLOW)
		return 2;
	if (!equals)
		forbid(__NR_io_uring_setup, answer);
	else if (strncmp(calls, "seccomp=", strlen("seccomp=")) == 0)
		forbid(__NR_seccomp, answer);
	else
		forbid_each(calls, equals, answer);
	filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

	struct sock_fprog program = { length, filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		perror("forbid");
		return 3;
	}
	execv(argv[2], argv + 2);
	return 4;
}
