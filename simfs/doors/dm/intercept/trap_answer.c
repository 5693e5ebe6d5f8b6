/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/calls/calls.h"
#include "simfs/doors/dm/commands/journal.h"
#include "simfs/doors/dm/effects/effects.h"
#include "simfs/doors/dm/intercept/trap_internal.h"
#include "simfs/doors/dm/world/world.h"

/* The control node's numbers, the same in every kernel. */
#define CONTROL_MAJOR 10
#define CONTROL_MINOR 236

/* The end of its path, wherever a program has its /dev (DM_DEV_DIR). */
#define CONTROL_END "/mapper/control"

static void send_answer(int listener, struct seccomp_notif_resp *answer)
{
	/* ENOENT: the caller was killed. */
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, answer);
}

static void go_on(int listener, const struct seccomp_notif *request)
{
	struct seccomp_notif_resp answer = {
		.id = request->id,
		.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};

	send_answer(listener, &answer);
}

void trap_refuse(int listener, const struct seccomp_notif *request, int error)
{
	struct seccomp_notif_resp answer = { .id = request->id, .error = error };

	/* No process can be kept from ending. */
	if (request->data.nr == __NR_exit_group)
		go_on(listener, request);
	else
		send_answer(listener, &answer);
}

bool trap_caller_waits(const struct caller *caller)
{
	uint64_t id = caller->id;

	return ioctl(caller->fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/* ---- open ---- */

/*
 * Whether PATH, which CALLER opens, is a control node.  Compares the name first, since a stat of
 * the file may wait for its server.
 */
static bool is_control(const struct caller *caller, const char *path)
{
	size_t length = strlen(path), end = sizeof CONTROL_END - 1;
	AUTO(auto_close) int fd = -1;
	struct stat facts;

	if (length < end || strcmp(path + length - end, CONTROL_END) != 0)
		return false;
	return caller_find(caller, path, &fd) == 0 && fstat(fd, &facts) == 0 &&
	       S_ISCHR(facts.st_mode) && facts.st_rdev == makedev(CONTROL_MAJOR, CONTROL_MINOR);
}

static void give_control(
	struct trap *trap, int listener, const struct seccomp_notif *request, uint32_t flags)
{
	struct seccomp_notif_addfd addition = {
		.id = request->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (uint32_t)trap->control_fd,
		.newfd_flags = flags & O_CLOEXEC,
	};

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addition) < 0)
		trap_refuse(listener, request, -errno);
}

static void answer_open(struct trap *trap, int listener, const struct seccomp_notif *request)
{
	bool is_at = request->data.nr == __NR_openat;
	uint64_t address = request->data.args[is_at ? 1 : 0];
	uint32_t flags = (uint32_t)request->data.args[is_at ? 2 : 1];
	struct caller caller = {
		.pid = (pid_t)request->pid,
		.waits = trap_caller_waits,
		.fd = listener,
		.id = request->id,
	};
	char path[PATH_MAX];

	if (caller_read_text(&caller, address, path, sizeof path) < 0 ||
		!is_control(&caller, path)) {
		go_on(listener, request);
		return;
	}
	if (caller_is_admin(&caller)) {
		command_journal_came(trap->world->command_journal, caller.pid);
		give_control(trap, listener, request, flags);
	} else {
		trap_refuse(listener, request, -EACCES);
	}
}

/* ---- ioctl ---- */

/* Whether FD of CALLER is the copy of our control node.  Accesses no file. */
static bool has_control(const struct caller *caller, uint32_t fd)
{
	static const char wanted[] = "/memfd:" TRAP_CONTROL_NAME " (deleted)";
	char path[64], target[sizeof wanted];
	ssize_t length;

	snprintf(path, sizeof path, "/proc/%d/fd/%u", (int)caller->pid, fd);
	length = readlink(path, target, sizeof target);
	return length == (ssize_t)sizeof wanted - 1 &&
	       memcmp(target, wanted, sizeof wanted - 1) == 0;
}

static void answer_ioctl(struct trap *trap, const struct trap_call *call)
{
	const struct seccomp_notif *request = &call->request;
	const struct caller *caller = &call->caller;
	int answer;

	/* /proc/PID was read before caller_waits(), so PID was still the caller's. */
	if (!has_control(caller, (uint32_t)request->data.args[0]) || !caller_waits(caller)) {
		go_on(call->listener->fd, request);
		return;
	}
	answer = ioctl_answer(
		trap->world, caller, (uint32_t)request->data.args[1], request->data.args[2]);

	struct seccomp_notif_resp response = { .id = request->id, .error = answer };

	send_answer(call->listener->fd, &response);
}

/* ---- the end of a process ---- */

static void let_end(struct trap *trap, int listener, const struct seccomp_notif *request)
{
	command_journal_exits(
		trap->world->command_journal, (pid_t)request->pid, (int)request->data.args[0]);
	go_on(listener, request);
}

/* Its dirty data is written before it ends, for programs that wait for that. */
static void answer_exit(struct trap *trap, const struct trap_call *call)
{
	effects_settle(trap->world, caller_process(&call->caller));
	let_end(trap, call->listener->fd, &call->request);
}

/* ---- all ---- */

bool trap_answer_now(struct trap *trap, int listener, const struct seccomp_notif *request)
{
	switch (request->data.nr) {
	case __NR_ioctl:
		return false;
	case __NR_exit_group:
		if (effects_must_settle(trap->world))
			return false;
		let_end(trap, listener, request);
		return true;
	default:
		answer_open(trap, listener, request);
		return true;
	}
}

void trap_answer_call(struct trap *trap, const struct trap_call *call)
{
	if (call->request.data.nr == __NR_exit_group)
		answer_exit(trap, call);
	else
		answer_ioctl(trap, call);
}
