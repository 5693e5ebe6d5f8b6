/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/other_calls.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static volatile char selector = SYSCALL_DISPATCH_FILTER_ALLOW;
static volatile int other_call = -1;

/* Sanitizers make some. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* Carries out the call after all. */
static void call_met(int signal, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	long result;

	(void)signal;
	selector = SYSCALL_DISPATCH_FILTER_ALLOW;
	other_call = info->si_syscall;
	result = syscall(info->si_syscall, registers[REG_RDI], registers[REG_RSI],
		registers[REG_RDX], registers[REG_R10], registers[REG_R8], registers[REG_R9]);
	registers[REG_RAX] = result < 0 ? -errno : result;
}

static bool find_liburing(unsigned long *ret_first, unsigned long *ret_length)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long first, end;
	char line[512], rights[8];
	bool found = false;

	while (maps && !found && fgets(line, sizeof line, maps)) {
		found = strstr(line, "liburing") &&
			sscanf(line, "%lx-%lx %7s", &first, &end, rights) == 3 &&
			strchr(rights, 'x');
	}
	if (maps)
		fclose(maps);
	if (found) {
		*ret_first = first;
		*ret_length = end - first;
	}
	return found;
}

void other_calls_watch(void)
{
	struct sigaction action = { .sa_sigaction = call_met, .sa_flags = SA_SIGINFO };
	unsigned long first, length;

	sigaction(SIGSYS, &action, NULL);
	if (find_liburing(&first, &length) &&
		prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, first, length, &selector) ==
			0)
		selector = SYSCALL_DISPATCH_FILTER_BLOCK;
}

#else

void other_calls_watch(void)
{
}

#endif

int other_calls_end(void)
{
	selector = SYSCALL_DISPATCH_FILTER_ALLOW;
	return other_call;
}
