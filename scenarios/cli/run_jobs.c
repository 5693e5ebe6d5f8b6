/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_jobs.c
 *
 * 1. What a scenario does to its process (signals that it notes, processes that it adopts) is
 *    over with it, and one that crashes is one that is told so.
 * 2. A child writes its result into a file without a name that was there before it, and ends;
 *    the parent reads it after that, so that neither waits for the other.
 * 3. Whoever ends the parent ends the children: they are sent SIGTERM, and tidy up.
 */
#include "scenarios/cli/run_jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "scenarios/base/heap.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/report/json_read.h"
#include "scenarios/report/report.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

#define LOOK_MS 200

struct job {
	pid_t pid; /* 0: it is free */
	size_t item;
	int fd;	      /* of the file for its result */
	int pidfd;    /* readable when it has ended; or -1 */
	bool is_told; /* it was sent a signal: a second one would disturb its tidying up */
};

struct jobs {
	const struct run_set *set;
	const struct run_order *order;
	struct job *jobs;
	unsigned running;
	size_t next;	      /* the first item that was not begun */
	const char *bad_name; /* the first that did not pass; NULL: none */
};

/* ---- in the child ---- */

static void item_run(
	const struct run_item *item, const struct run_order *order, struct results *results)
{
	AUTO(auto_free) char *record = run_record_path(&order->folders, item->scenario);
	AUTO(auto_free) char *artifacts = run_artifacts_path(&order->folders, item->scenario);
	struct run_options options = order->options;

	options.record_path = record;
	options.artifacts_path = artifacts;
	options.takes_evidence = true;
	run_scenario(item->scenario, item->client, &options, results);
	for (unsigned i = 0; i < order->retries && !interrupt_seen() &&
			     outcome_is_bad(results->scenarios[0].outcome);
		i++) {
		struct scenario_result earlier = results_take_latest(results);

		run_scenario(item->scenario, item->client, &options, results);
		result_succeed_to(&results->scenarios[0], &earlier);
	}
}

__attribute__((noreturn)) static void child_run(
	const struct run_item *item, const struct run_order *order, int fd, pid_t parent)
{
	struct results results;
	FILE *file = fdopen(fd, "w");

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || !file)
		_exit(EXIT_RIG);
	results_init(&results);
	item_run(item, order, &results);
	report_json_whole(&results, file);
	_exit(fflush(file) == 0 ? EXIT_MET : EXIT_RIG);
}

/* ---- in the parent ---- */

static struct job *job_free(struct jobs *jobs)
{
	struct job *job = jobs->jobs;

	MUST(jobs->running < jobs->order->jobs);
	while (job->pid > 0)
		job++;
	return job;
}

static void item_over(struct jobs *jobs, size_t item, struct results *one)
{
	const struct scenario_result *result = &one->scenarios[0];

	if (outcome_is_bad(result->outcome) && !jobs->bad_name)
		jobs->bad_name = jobs->set->items[item].scenario->name;
	jobs->order->over(jobs->order->context, item, one);
}

/* The result of ITEM without a run of it. */
static void item_tell(struct jobs *jobs, size_t item, enum outcome outcome, const char *why)
{
	struct results one;

	results_init(&one);
	result_raise(results_add(&one, jobs->set->items[item].scenario), outcome, why);
	item_over(jobs, item, &one);
}

/* Starts ITEM: 0 or -errno. */
static int job_start(struct jobs *jobs, size_t item)
{
	struct job *job = job_free(jobs);
	pid_t parent = getpid();
	AUTO(auto_close) int fd = memfd_create("result", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	fflush(NULL);
	job->pid = fork();
	if (job->pid == 0)
		child_run(&jobs->set->items[item], jobs->order, fd, parent);
	if (job->pid < 0) {
		job->pid = 0;
		return -errno;
	}
	job->pidfd = pidfd_open(job->pid, 0);
	job->is_told = false;
	job->item = item;
	job->fd = TAKE_FD(fd);
	jobs->running++;
	return 0;
}

/* What the child of JOB wrote, which ended with STATUS. */
static void job_take(struct jobs *jobs, struct job *job, int status)
{
	struct results one;
	json_t *document = lseek(job->fd, 0, SEEK_SET) == 0 ? json_loadfd(job->fd, 0, NULL) : NULL;

	close(job->fd);
	if (job->pidfd >= 0)
		close(job->pidfd);
	job->pid = 0;
	jobs->running--;
	results_init(&one);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_MET && document &&
		!report_json_read(document, &one) && one.scenario_count == 1) {
		item_over(jobs, job->item, &one);
	} else {
		AUTO(auto_free)
		char *why = WIFSIGNALED(status)
				    ? heap_format("the process that ran it was ended by signal %d",
					      WTERMSIG(status))
				    : heap_format("the process that ran it said nothing");

		results_deinit(&one);
		item_tell(jobs, job->item, OUTCOME_ERROR, why);
	}
	json_decref(document);
}

static void jobs_end(struct jobs *jobs)
{
	for (unsigned i = 0; i < jobs->order->jobs; i++) {
		struct job *job = &jobs->jobs[i];

		if (job->pid > 0 && !job->is_told)
			kill(job->pid, SIGTERM);
		job->is_told = true;
	}
}

/* Starts what there is room for, or says why not. */
static void jobs_fill(struct jobs *jobs)
{
	while (jobs->running < jobs->order->jobs && jobs->next < jobs->set->count &&
		!interrupt_seen()) {
		size_t item = jobs->next++;

		if (jobs->bad_name && jobs->order->fails_fast) {
			AUTO(auto_free)
			char *why = heap_format(
				"not run: '%s' did not pass (--fail-fast)", jobs->bad_name);

			item_tell(jobs, item, OUTCOME_SKIPPED, why);
			continue;
		}

		int error = job_start(jobs, item);

		if (error < 0) {
			AUTO(auto_free)
			char *why = heap_format(
				"cannot start a process for it: %s", error_text(error));

			item_tell(jobs, item, OUTCOME_ERROR, why);
		}
	}
}

/* Waits for some to end, but not for long: a signal may come just before. */
static void jobs_wait(struct jobs *jobs)
{
	AUTO(auto_free) struct pollfd *ends = heap_new(jobs->running * sizeof *ends);
	nfds_t count = 0;

	for (unsigned i = 0; i < jobs->order->jobs; i++) {
		if (jobs->jobs[i].pid > 0)
			ends[count++] = (struct pollfd){ jobs->jobs[i].pidfd, POLLIN, 0 };
	}
	(void)poll(ends, count, LOOK_MS);
	for (unsigned i = 0; i < jobs->order->jobs; i++) {
		struct job *job = &jobs->jobs[i];
		int status;

		if (job->pid > 0 && waitpid(job->pid, &status, WNOHANG) == job->pid)
			job_take(jobs, job, status);
	}
}

void run_jobs(const struct run_set *set, const struct run_order *order)
{
	struct jobs jobs = {
		.set = set,
		.order = order,
		.jobs = heap_new(order->jobs * sizeof(struct job)),
	};

	for (;;) {
		jobs_fill(&jobs);
		if (jobs.running == 0)
			break;
		if (interrupt_seen())
			jobs_end(&jobs);
		jobs_wait(&jobs);
	}
	free(jobs.jobs);
}
