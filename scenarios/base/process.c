/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/base/process_family.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"

/* Tools like mke2fs are in folders that an ordinary user's PATH does not include. */
#define SBIN_FOLDERS "/usr/local/sbin:/usr/sbin:/sbin"

/* How often a wait checks for an interrupt and samples what a program uses. */
#define SLICE_MS 20

/* How often to check whether a server is ready. */
#define LOOK_AGAIN_NS (10 * NS_PER_MS)

/* A killed process ends at once, unless one of its requests hangs in the kernel. */
#define KILL_PATIENCE_NS (10 * NS_PER_S)

/* The time that a shell's last child needs to end after the shell. */
#define FAMILY_GRACE_NS (200 * NS_PER_MS)

static char *search_path(void)
{
	const char *path = getenv("PATH");

	return heap_format("%s:" SBIN_FOLDERS, path && *path ? path : "/usr/bin:/bin");
}

/* Returns the full path of NAME, or NULL.  The caller frees it. */
static char *program_find(const char *name)
{
	AUTO(auto_free) char *folders = search_path();
	char *rest;

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? heap_copy(name) : NULL;
	for (char *at = strtok_r(folders, ":", &rest); at; at = strtok_r(NULL, ":", &rest)) {
		char *path = heap_format("%s/%s", at, name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

bool process_program_exists(const char *name)
{
	AUTO(auto_free) char *path = program_find(name);

	return path != NULL;
}

static bool same_variable(const char *left, const char *right)
{
	size_t length = strcspn(left, "=");

	return strncmp(left, right, length + 1) == 0;
}

static void environment_set(char **environment, size_t *count, char *entry)
{
	for (size_t i = 0; i < *count; i++) {
		if (same_variable(environment[i], entry)) {
			free(environment[i]);
			environment[i] = entry;
			return;
		}
	}
	environment[(*count)++] = entry;
}

static void environment_free(char ***environment)
{
	for (size_t i = 0; *environment && (*environment)[i]; i++)
		free((*environment)[i]);
	free(*environment);
}

/* Our environment, with a PATH that includes the tools, and with what the order adds. */
static char **environment_make(const char *const *added)
{
	AUTO(auto_free) char *path = search_path();
	size_t room = 2, count = 0;

	for (size_t i = 0; environ[i]; i++)
		room++;
	for (size_t i = 0; added && added[i]; i++)
		room++;

	char **environment = heap_new(room * sizeof *environment);

	for (size_t i = 0; environ[i]; i++)
		environment[count++] = heap_copy(environ[i]);
	environment_set(environment, &count, heap_format("PATH=%s", path));
	for (size_t i = 0; added && added[i]; i++)
		environment_set(environment, &count, heap_copy(added[i]));
	return environment;
}

/* Runs in the child: must not allocate, because another thread may have held the heap's lock. */
__attribute__((noreturn)) static void child_become(
	const struct process_order *order, const char *program, char **environment, int output)
{
	struct sigaction normal = { .sa_handler = SIG_DFL };
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (int number = 1; number < NSIG; number++)
		sigaction(number, &normal, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);

	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
		dup2(output, STDERR_FILENO) < 0 || (order->folder && chdir(order->folder) < 0))
		_exit(126);
	execve(program, (char *const *)order->argv, environment);
	_exit(127);
}

pid_t process_start(const struct process_order *order)
{
	AUTO(auto_free) char *program = program_find(order->argv[0]);
	AUTO(environment_free) char **environment = environment_make(order->environment);
	AUTO(auto_close)
	int output = open(order->output_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (!program)
		return -ENOENT;
	if (output < 0)
		return -errno;

	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		child_become(order, program, environment, output);
	/* Both sides call it: whichever is first, the group exists when fork() has returned. */
	setpgid(pid, pid);
	return pid;
}

/* Returns the exit status of PID, which has ended. */
static int status_reap(pid_t pid, struct rusage *ret_rusage)
{
	int status = 0;

	while (wait4(pid, &status, 0, ret_rusage) < 0 && errno == EINTR)
		;
	return exit_code_of_status(status);
}

/* Returns the milliseconds until DEADLINE_NS (0: none), rounded up, and at most SLICE_MS. */
static int slice_until(uint64_t deadline_ns)
{
	uint64_t now_ns = clock_now_ns();

	if (deadline_ns == 0 || deadline_ns > now_ns + SLICE_MS * NS_PER_MS)
		return SLICE_MS;
	return deadline_ns <= now_ns ? 0 : (int)((deadline_ns - now_ns) / NS_PER_MS) + 1;
}

/* Waits for PID until DEADLINE_NS (0: none).  Returns 0 or -ETIMEDOUT.  With USAGE, it also
 * samples what PID uses, and an interrupt makes it return -EINTR. */
static int end_await(pid_t pid, uint64_t deadline_ns, struct process_usage *usage)
{
	AUTO(auto_close) int fd = pidfd_open(pid, 0);

	if (fd < 0)
		return -errno;
	for (;;) {
		struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

		if (poll(&poll_fd, 1, slice_until(deadline_ns)) > 0)
			return 0;
		if (usage && interrupt_seen())
			return -EINTR;
		if (usage)
			process_usage_look(pid, usage);
		if (deadline_ns && clock_now_ns() >= deadline_ns)
			return -ETIMEDOUT;
	}
}

int process_wait(pid_t pid, uint64_t timeout_ns, int *ret_exit_status)
{
	int error = end_await(pid, clock_now_ns() + timeout_ns, NULL);

	if (error == 0)
		*ret_exit_status = status_reap(pid, NULL);
	return error;
}

int process_await_ready(pid_t pid, uint64_t deadline_ns, bool (*is_ready)(const void *context),
	const void *context, int *ret_exit_status)
{
	while (!is_ready(context)) {
		if (process_wait(pid, LOOK_AGAIN_NS, ret_exit_status) == 0)
			return -ECHILD;
		if (interrupt_seen())
			return -EINTR;
		if (clock_now_ns() >= deadline_ns)
			return -ETIMEDOUT;
	}
	return 0;
}

/*
 * Ends FAMILY, which has exceeded its time.  Returns 0, or -ETIME if its leader cannot be
 * killed.
 */
static int family_stop(const struct process_order *order, const struct process_family *family)
{
	process_family_kill(family);
	/* Let every process that can die do so first: the rig cancels their requests, and would
	 * carry them out for a process still alive when killed() releases what hangs. */
	free(process_family_left(family, FAMILY_GRACE_NS));
	if (order->killed)
		order->killed(order->context);
	return end_await(family->leader, clock_now_ns() + KILL_PATIENCE_NS, NULL) < 0 ? -ETIME : 0;
}

/* The leader has ended: names the rest of the family, and kills it.  The leader is reaped last,
 * because its pid is the number of the group until then. */
static void family_close(
	const struct process_family *family, uint64_t own_bytes, struct process_result *result)
{
	struct rusage rusage = { 0 };

	if (!result->timed_out)
		result->left_running = process_family_left(family, FAMILY_GRACE_NS);
	process_family_kill(family);
	result->exit_status = status_reap(family->leader, &rusage);
	process_usage_ended(&rusage, own_bytes, &result->usage);
	if (result->timed_out)
		result->exit_status = PROCESS_TIMED_OUT;
}

int process_run(const struct process_order *order, struct process_result *ret)
{
	uint64_t cpu_ns = process_usage_cpu_ns(), own_bytes = process_usage_own_bytes();
	uint64_t begin_ns, deadline_ns;
	struct process_result result = { 0 };
	struct process_family family;

	process_family_begin(&family);
	begin_ns = clock_now_ns();
	deadline_ns = order->time_limit_ns ? begin_ns + order->time_limit_ns : 0;
	family.leader = process_start(order);
	if (family.leader < 0) {
		int error = family.leader;

		free(family.before);
		return error;
	}

	int ended = end_await(family.leader, deadline_ns, &result.usage), error = 0;

	result.duration_ns = clock_now_ns() - begin_ns;
	result.timed_out = ended == -ETIMEDOUT;
	if (ended < 0) {
		result.waited_in = process_family_waits(&family);
		error = family_stop(order, &family);
	}
	if (error == 0)
		family_close(&family, own_bytes, &result);
	process_family_end(&family);
	result.usage.cpu_ns = process_usage_cpu_ns() - cpu_ns;
	if (ended == -EINTR)
		error = -EINTR;
	if (error < 0) {
		process_result_deinit(&result);
		return error;
	}
	*ret = result;
	return 0;
}

void process_result_deinit(struct process_result *result)
{
	free(result->waited_in);
	free(result->left_running);
	*result = (struct process_result){ 0 };
}
