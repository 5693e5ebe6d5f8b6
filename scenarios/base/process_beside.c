/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/process_beside.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/base/interrupt.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* A signal may arrive just before the wait. */
#define LOOK_MS 200

struct process_beside {
	pid_t pid;
	int pidfd; /* readable when it has ended */
	int fd;	   /* of the nameless file that it writes the result to */
};

/* What the child writes: this, then the texts of the result; 0 bytes stand for NULL. */
struct told {
	int error; /* of process_run() */
	struct process_result result;
	size_t waited_in_bytes, left_running_bytes;
};

static size_t text_bytes(const char *text)
{
	return text ? strlen(text) : 0;
}

/* A reader that waits until the parent closes its files must not have to wait for us. */
static void others_close(unsigned fd)
{
	if (fd > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, fd - 1, 0);
	close_range(fd + 1, ~0u, 0);
}

__attribute__((noreturn)) static void child_run(
	const struct process_order *order, int fd, pid_t parent)
{
	struct told told = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	others_close((unsigned)fd);
	interrupt_watch();
	told.error = process_run(order, &told.result);
	told.waited_in_bytes = text_bytes(told.result.waited_in);
	told.left_running_bytes = text_bytes(told.result.left_running);

	FILE *file = fdopen(fd, "w");

	if (!file || fwrite(&told, sizeof told, 1, file) != 1 ||
		fprintf(file, "%s%s", told.waited_in_bytes ? told.result.waited_in : "",
			told.left_running_bytes ? told.result.left_running : "") < 0 ||
		fflush(file) != 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_SUCCESS);
}

static void beside_destroy(struct process_beside *beside)
{
	if (beside->fd >= 0)
		close(beside->fd);
	if (beside->pidfd >= 0)
		close(beside->pidfd);
	free(beside);
}

static int child_start(struct process_beside *beside, const struct process_order *order)
{
	pid_t parent = getpid();

	beside->fd = memfd_create("result", MFD_CLOEXEC);
	if (beside->fd < 0)
		return -errno;
	beside->pid = fork();
	if (beside->pid == 0)
		child_run(order, beside->fd, parent);
	if (beside->pid < 0)
		return -errno;
	beside->pidfd = pidfd_open(beside->pid, 0);
	if (beside->pidfd >= 0)
		return 0;

	int error = -errno;

	kill(beside->pid, SIGTERM);
	waitpid(beside->pid, NULL, 0);
	return error;
}

int process_beside_begin(const struct process_order *order, struct process_beside **ret)
{
	struct process_beside *beside = heap_new(sizeof *beside);
	int error;

	beside->fd = beside->pidfd = -1;
	error = child_start(beside, order);
	if (error < 0) {
		beside_destroy(beside);
		return error;
	}
	*ret = beside;
	return 0;
}

static bool has_ended(const struct process_beside *beside, int patience_ms)
{
	struct pollfd end = { .fd = beside->pidfd, .events = POLLIN };

	return poll(&end, 1, patience_ms) > 0;
}

bool process_beside_is_over(const struct process_beside *beside)
{
	return has_ended(beside, 0);
}

void process_beside_stop(const struct process_beside *beside)
{
	kill(beside->pid, SIGTERM);
}

/* Returns the next BYTES of FILE, or NULL if there are none.  The caller frees them. */
static char *text_read(FILE *file, size_t bytes)
{
	char *text = bytes > 0 ? heap_new(bytes + 1) : NULL;

	if (text && fread(text, bytes, 1, file) != 1) {
		free(text);
		return NULL;
	}
	return text;
}

/* Returns what the child wrote, as process_run() would. */
static int told_read(struct process_beside *beside, struct process_result *ret)
{
	AUTO(auto_fclose) FILE *file = fdopen(TAKE_FD(beside->fd), "r");
	struct told told;

	if (!file || fseek(file, 0, SEEK_SET) < 0 || fread(&told, sizeof told, 1, file) != 1)
		return -EIO;
	if (told.error < 0)
		return told.error;
	*ret = told.result;
	ret->waited_in = text_read(file, told.waited_in_bytes);
	ret->left_running = text_read(file, told.left_running_bytes);
	return 0;
}

int process_beside_end(struct process_beside *beside, struct process_result *ret)
{
	bool is_stopped = false;
	int error, status = 0;

	while (!has_ended(beside, LOOK_MS)) {
		if (is_stopped || !interrupt_seen())
			continue;
		process_beside_stop(beside);
		is_stopped = true;
	}
	while (waitpid(beside->pid, &status, 0) < 0 && errno == EINTR)
		;
	error = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS ? told_read(beside, ret)
									 : -EIO;
	beside_destroy(beside);
	return error;
}
