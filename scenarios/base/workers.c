/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/base/interrupt.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

/* A signal may arrive just before the wait. */
#define LOOK_MS 200

struct worker {
	pid_t pid; /* 0: it is free */
	size_t piece;
	int fd;	      /* of the file for its document */
	int pidfd;    /* readable when it has ended; or -1 */
	bool is_told; /* it was sent a signal; a second one would disturb its clean-up */
};

struct workers {
	const struct workers_order *order;
	struct worker *items;
	unsigned running;
};

__attribute__((noreturn)) static void child_run(
	const struct workers_order *order, size_t piece, int fd, pid_t parent)
{
	FILE *file = fdopen(fd, "w");

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || !file)
		_exit(EXIT_RIG);
	order->work(order->context, piece, file);
	_exit(fflush(file) == 0 && !ferror(file) ? EXIT_MET : EXIT_RIG);
}

static struct worker *worker_free(struct workers *workers)
{
	struct worker *worker = workers->items;

	MUST(workers->running < workers->order->count);
	while (worker->pid > 0)
		worker++;
	return worker;
}

/* Returns 0 or -errno. */
static int worker_start(struct workers *workers, size_t piece)
{
	struct worker *worker = worker_free(workers);
	pid_t parent = getpid();
	AUTO(auto_close) int fd = memfd_create("document", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	fflush(NULL);
	worker->pid = fork();
	if (worker->pid == 0)
		child_run(workers->order, piece, fd, parent);
	if (worker->pid < 0) {
		worker->pid = 0;
		return -errno;
	}
	worker->pidfd = pidfd_open(worker->pid, 0);
	worker->is_told = false;
	worker->piece = piece;
	worker->fd = TAKE_FD(fd);
	workers->running++;
	return 0;
}

static char *why_of(int status)
{
	if (WIFSIGNALED(status))
		return heap_format("its process was ended by signal %d", WTERMSIG(status));
	return heap_format("its process reported nothing and exited with %d", WEXITSTATUS(status));
}

/* Takes what WORKER wrote, which ended with STATUS. */
static void worker_take(struct workers *workers, struct worker *worker, int status)
{
	bool is_whole = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_MET;
	bool has_begin = is_whole && lseek(worker->fd, 0, SEEK_SET) == 0;
	FILE *file = has_begin ? fdopen(worker->fd, "r") : NULL;
	/* json_loadfd() would read byte by byte. */
	json_t *document = file ? json_loadf(file, 0, NULL) : NULL;
	AUTO(auto_free) char *why = document ? NULL : why_of(status);

	if (file)
		fclose(file);
	else
		close(worker->fd);
	if (worker->pidfd >= 0)
		close(worker->pidfd);
	worker->pid = 0;
	workers->running--;
	workers->order->over(workers->order->context, worker->piece, document, why);
	json_decref(document);
}

static void workers_end(struct workers *workers)
{
	for (unsigned i = 0; i < workers->order->count; i++) {
		struct worker *worker = &workers->items[i];

		if (worker->pid > 0 && !worker->is_told)
			kill(worker->pid, SIGTERM);
		worker->is_told = true;
	}
}

/* Starts workers while there is room, and reports those that cannot be started. */
static void workers_fill(struct workers *workers)
{
	const struct workers_order *order = workers->order;
	size_t piece;

	while (workers->running < order->count && !interrupt_seen() &&
		order->next(order->context, &piece)) {
		int error = worker_start(workers, piece);

		if (error < 0) {
			AUTO(auto_free)
			char *why = heap_format(
				"cannot start a process for it: %s", error_text(error));

			order->over(order->context, piece, NULL, why);
		}
	}
}

static void workers_wait(struct workers *workers)
{
	AUTO(auto_free) struct pollfd *ends = heap_new(workers->running * sizeof *ends);
	nfds_t count = 0;

	for (unsigned i = 0; i < workers->order->count; i++) {
		if (workers->items[i].pid > 0)
			ends[count++] = (struct pollfd){ workers->items[i].pidfd, POLLIN, 0 };
	}
	(void)poll(ends, count, LOOK_MS);
	for (unsigned i = 0; i < workers->order->count; i++) {
		struct worker *worker = &workers->items[i];
		int status;

		if (worker->pid > 0 && waitpid(worker->pid, &status, WNOHANG) == worker->pid)
			worker_take(workers, worker, status);
	}
}

void workers_run(const struct workers_order *order)
{
	struct workers workers = {
		.order = order,
		.items = heap_new(order->count * sizeof(struct worker)),
	};

	for (;;) {
		workers_fill(&workers);
		if (workers.running == 0)
			break;
		if (interrupt_seen())
			workers_end(&workers);
		workers_wait(&workers);
	}
	free(workers.items);
}
