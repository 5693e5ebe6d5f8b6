/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/server/workers.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/list.h"

struct job {
	struct list link;
	void (*perform)(void *context);
	void *context;
};

struct workers {
	pthread_mutex_t mutex; /* for everything */
	pthread_cond_t given;  /* a job, or the end */
	pthread_cond_t done;   /* a job or thread has ended */
	struct list jobs;
	unsigned threads_max;
	unsigned threads;
	unsigned idle;
	unsigned waiting; /* jobs not yet taken */
	unsigned busy;
	bool is_ending;
};

struct workers *workers_create(unsigned threads_max)
{
	struct workers *workers = calloc(1, sizeof *workers);

	if (!workers)
		return NULL;
	pthread_mutex_init(&workers->mutex, NULL);
	pthread_cond_init(&workers->given, NULL);
	pthread_cond_init(&workers->done, NULL);
	list_init(&workers->jobs);
	workers->threads_max = threads_max;
	return workers;
}

static void *work(void *context)
{
	struct workers *workers = context;

	pthread_mutex_lock(&workers->mutex);
	for (;;) {
		struct list *link = list_pop(&workers->jobs);
		struct job *job;

		if (!link && workers->is_ending)
			break;
		if (!link) {
			workers->idle++;
			pthread_cond_wait(&workers->given, &workers->mutex);
			workers->idle--;
			continue;
		}
		job = CONTAINER_OF(link, struct job, link);
		workers->waiting--;
		workers->busy++;
		pthread_mutex_unlock(&workers->mutex);
		job->perform(job->context);
		free(job);
		pthread_mutex_lock(&workers->mutex);
		workers->busy--;
		pthread_cond_broadcast(&workers->done);
	}
	workers->threads--;
	pthread_cond_broadcast(&workers->done);
	pthread_mutex_unlock(&workers->mutex);
	return NULL;
}

/* Needs the mutex.  Returns 0 or -errno. */
static int thread_start(struct workers *workers)
{
	sigset_t all, before;
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = -pthread_create(&thread, &attributes, work, workers);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	workers->threads += error == 0;
	return error;
}

int workers_give(struct workers *workers, void (*perform)(void *context), void *context)
{
	struct job *job = calloc(1, sizeof *job);
	int error = 0;

	if (!job)
		return -ENOMEM;
	job->perform = perform;
	job->context = context;
	pthread_mutex_lock(&workers->mutex);
	MUST(!workers->is_ending);
	if (workers->waiting >= workers->idle && workers->threads < workers->threads_max)
		error = thread_start(workers);
	/* An existing thread will take it. */
	if (workers->threads > 0)
		error = 0;
	if (error == 0) {
		list_append(&workers->jobs, &job->link);
		workers->waiting++;
		pthread_cond_signal(&workers->given);
	}
	pthread_mutex_unlock(&workers->mutex);
	if (error < 0)
		free(job);
	return error;
}

void workers_wait(struct workers *workers)
{
	pthread_mutex_lock(&workers->mutex);
	while (workers->waiting || workers->busy)
		pthread_cond_wait(&workers->done, &workers->mutex);
	pthread_mutex_unlock(&workers->mutex);
}

void workers_destroy(struct workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_lock(&workers->mutex);
	workers->is_ending = true;
	pthread_cond_broadcast(&workers->given);
	while (workers->threads)
		pthread_cond_wait(&workers->done, &workers->mutex);
	pthread_mutex_unlock(&workers->mutex);
	pthread_cond_destroy(&workers->given);
	pthread_cond_destroy(&workers->done);
	pthread_mutex_destroy(&workers->mutex);
	free(workers);
}
