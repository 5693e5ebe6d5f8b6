/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matrix_jobs.c - runs the cells, some at a time, each in a process of its own.
 *
 * 1. What a cell does to its process (signals that it notes, processes that it adopts) is
 *    over with the cell, and one that crashes is one that is told so.
 * 2. A child writes its cell into a file without a name that was there before it, and ends;
 *    the parent reads it after that, so that neither waits for the other.
 * 3. Whoever ends the parent ends the children: they are sent SIGTERM, and tidy up.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/base/heap.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/cli/check_failures.h"
#include "scenarios/cli/matrix.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

struct job {
	pid_t pid; /* 0: it is free */
	size_t cell;
	int fd;
};

struct matrix_jobs {
	struct matrix *matrix;
	struct job *jobs;
	unsigned count, running;
	size_t next; /* the first cell that nobody has looked at */
};

static const struct matrix_row *row_of(const struct matrix *matrix, size_t cell)
{
	return &matrix->rows[cell / matrix->column_count];
}

static const struct matrix_column *column_of(const struct matrix *matrix, size_t cell)
{
	return &matrix->columns[cell % matrix->column_count];
}

/* The command line that runs the cell alone. */
static char *replay_of(const struct matrix *matrix, size_t cell)
{
	const struct matrix_column *column = column_of(matrix, cell);
	const struct check_arguments *check = &row_of(matrix, cell)->arguments;
	AUTO(auto_free) char *client = check_quote(row_of(matrix, cell)->client->name);
	AUTO(auto_free)
	char *failure = check_quote(column->failure ? column->failure : "none");
	AUTO(auto_free)
	char *profile = column->profile ? heap_format(" --profile %s", column->profile)
					: heap_copy("");
	AUTO(auto_free)
	char *size = check->size ? heap_format(" --size %s", check->size) : heap_copy("");

	return heap_format("snaprig matrix %s --failures %s%s%s --seed %llu", client, failure,
		profile, size, (unsigned long long)check->seed);
}

static json_t *cell_without_run(const struct matrix *matrix, size_t cell, const char *why)
{
	const struct matrix_column *column = column_of(matrix, cell);

	return json_pack("{s:s, s:s?, s:s?, s:s, s:s}", "client",
		row_of(matrix, cell)->client->name, "failure", column->failure, "profile",
		column->profile, "verdict", MATRIX_NOT_RUN, "why", why);
}

/* ---- in the child ---- */

static json_t *cell_check(const struct matrix *matrix, size_t cell)
{
	const struct matrix_column *column = column_of(matrix, cell);
	struct failure *failure = NULL;
	struct check_result result;
	json_t *object;

	if (column->path && failure_load(column->path, stderr, &failure) < 0)
		return cell_without_run(matrix, cell, "the failure cannot be read any more");
	check_run(&row_of(matrix, cell)->arguments, failure, column->profile, &result);
	free(result.replay);
	result.replay = replay_of(matrix, cell);
	object = check_json(&result);
	json_object_set_new(object, "client", json_string(row_of(matrix, cell)->client->name));
	check_result_deinit(&result);
	return object;
}

__attribute__((noreturn)) static void child_run(
	const struct matrix *matrix, size_t cell, int fd, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_RIG);

	json_t *object = cell_check(matrix, cell);
	int error = json_dumpfd(object, fd, JSON_COMPACT);

	json_decref(object);
	_exit(error == 0 && !interrupt_seen() ? EXIT_MET : EXIT_RIG);
}

/* ---- in the parent ---- */

static struct job *job_find(struct matrix_jobs *jobs, pid_t pid)
{
	for (unsigned i = 0; i < jobs->count; i++)
		if (jobs->jobs[i].pid == pid)
			return &jobs->jobs[i];
	return NULL;
}

/* Starts the check of CELL: 0 or -errno. */
static int job_start(struct matrix_jobs *jobs, size_t cell)
{
	struct job *job = job_find(jobs, 0);
	pid_t parent = getpid();
	AUTO(auto_close) int fd = memfd_create("cell", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	fflush(NULL);
	job->pid = fork();
	if (job->pid == 0)
		child_run(jobs->matrix, cell, fd, parent);
	if (job->pid < 0) {
		job->pid = 0;
		return -errno;
	}
	job->cell = cell;
	job->fd = TAKE_FD(fd);
	jobs->running++;
	return 0;
}

/* What the child of JOB wrote, which ended with STATUS. */
static void job_take(struct matrix_jobs *jobs, struct job *job, int status)
{
	struct matrix *matrix = jobs->matrix;
	json_t *cell = NULL;

	if (lseek(job->fd, 0, SEEK_SET) == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		cell = json_loadfd(job->fd, 0, NULL);
	if (!cell && !interrupt_seen()) {
		AUTO(auto_free)
		char *why = WIFSIGNALED(status)
				    ? heap_format("its process was ended by signal %d",
					      WTERMSIG(status))
				    : heap_format("its process said nothing and ended with %d",
					      WEXITSTATUS(status));

		cell = cell_without_run(matrix, job->cell, why);
		json_object_set_new(cell, "verdict", json_string("error"));
		json_object_set_new(cell, "code", json_integer(EXIT_RIG));
	}
	close(job->fd);
	job->pid = 0;
	jobs->running--;
	matrix->cells[job->cell] = cell;
}

/* The next cell that is to run; those that cannot say so on the way. */
static bool cell_next(struct matrix_jobs *jobs, size_t *ret)
{
	struct matrix *matrix = jobs->matrix;

	while (jobs->next < matrix->row_count * matrix->column_count) {
		size_t cell = jobs->next++;
		const char *missing = row_of(matrix, cell)->missing
					      ? row_of(matrix, cell)->missing
					      : column_of(matrix, cell)->missing;

		if (matrix->cells[cell])
			continue;
		if (!missing) {
			*ret = cell;
			return true;
		}
		matrix->cells[cell] = cell_without_run(matrix, cell, missing);
	}
	return false;
}

static void jobs_end(struct matrix_jobs *jobs)
{
	for (unsigned i = 0; i < jobs->count; i++)
		if (jobs->jobs[i].pid > 0)
			kill(jobs->jobs[i].pid, SIGTERM);
}

/* Waits for one to end: false when a signal came first. */
static bool job_wait(struct matrix_jobs *jobs)
{
	int status;
	pid_t pid = waitpid(-1, &status, 0);

	if (pid < 0) {
		MUST(errno == EINTR);
		return false;
	}

	struct job *job = job_find(jobs, pid);

	if (job)
		job_take(jobs, job, status);
	return true;
}

/* Starts what there is room for: EXIT_MET or EXIT_RIG after a message. */
static int jobs_fill(struct matrix_jobs *jobs)
{
	size_t cell;

	while (jobs->running < jobs->count && cell_next(jobs, &cell)) {
		int error = job_start(jobs, cell);

		if (error < 0) {
			log_error_code(error, "cannot start a check");
			return EXIT_RIG;
		}
	}
	return EXIT_MET;
}

int matrix_run(struct matrix *matrix, unsigned count,
	int (*over)(void *context, const struct matrix *matrix), void *context)
{
	struct matrix_jobs jobs = {
		.matrix = matrix,
		.jobs = heap_new(count * sizeof(struct job)),
		.count = count,
	};
	int code = over(context, matrix);

	for (;;) {
		if (code == EXIT_MET && !interrupt_seen())
			code = jobs_fill(&jobs);
		if (jobs.running == 0)
			break;
		if (!job_wait(&jobs) || code != EXIT_MET || interrupt_seen())
			jobs_end(&jobs);
		else
			code = over(context, matrix);
	}
	if (code == EXIT_MET && !interrupt_seen())
		code = over(context, matrix);
	free(jobs.jobs);
	return code;
}
