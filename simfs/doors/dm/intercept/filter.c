/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/intercept/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#else
#error "the filter supports x86-64 and arm64"
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the filter reads the low half of arguments"
#endif

/* Architectures without plain open() get a number here that no call has. */
#ifdef __NR_open
#define FILTER_OPEN __NR_open
#else
#define FILTER_OPEN 0x7fffffff
#endif

/* The type of dm's ioctls, in bits 8 to 15 of the request. */
#define DM_IOCTL_TYPE	0xfd00u
#define IOCTL_TYPE_MASK 0xff00u

/* All programs open the control node like this; an open that creates files or folders is not it. */
#define OPEN_FLAGS_SEEN		  ((uint32_t)(O_ACCMODE | O_CREAT | O_DIRECTORY))

#define AT(field)		  offsetof(struct seccomp_data, field)
#define LOAD(field)		  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AT(field))
#define MASK(bits)		  BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits)
#define SKIP(count)		  BPF_STMT(BPF_JMP | BPF_JA, count)
#define SKIP_IF(value, count)	  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, count, 0)
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)
#define ANSWER(decision)	  BPF_STMT(BPF_RET | BPF_K, decision)

/* A jump skips that many lines. */
static struct sock_filter filter[] = {
	LOAD(arch),
	SKIP_UNLESS(FILTER_ARCH, 5),
	LOAD(nr),
	SKIP_IF(__NR_ioctl, 4),
	SKIP_IF(__NR_exit_group, 12),
	SKIP_IF(FILTER_OPEN, 6),
	SKIP_IF(__NR_openat, 7),
	ANSWER(SECCOMP_RET_ALLOW),
	/* ioctl */
	LOAD(args[1]),
	MASK(IOCTL_TYPE_MASK),
	SKIP_UNLESS(DM_IOCTL_TYPE, 7),
	SKIP(5),
	/* open */
	LOAD(args[1]),
	SKIP(1),
	/* openat */
	LOAD(args[2]),
	MASK(OPEN_FLAGS_SEEN),
	SKIP_UNLESS(O_RDWR, 1),
	ANSWER(SECCOMP_RET_USER_NOTIF),
	ANSWER(SECCOMP_RET_ALLOW),
};

int filter_install(int *ret)
{
	struct sock_fprog program = {
		.len = sizeof filter / sizeof filter[0],
		.filter = filter,
	};
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
		&program);

	if (fd < 0)
		return -errno;
	*ret = (int)fd;
	return 0;
}

/* No listener answers its exit_group(), so it kills itself. */
__attribute__((noreturn)) static void probe(int told)
{
	int listener, result = filter_install(&listener);

	(void)!write(told, &result, sizeof result);
	for (;;)
		kill(getpid(), SIGKILL);
}

int filter_probe(void)
{
	int told[2], result;
	pid_t child;

	if (pipe2(told, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0)
		probe(told[1]);
	close(told[1]);
	if (child < 0 || read(told[0], &result, sizeof result) != sizeof result)
		result = -EPERM;
	close(told[0]);
	if (child > 0)
		waitpid(child, NULL, 0);
	return result;
}
