/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/transfer/watch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/clock.h"
#include "simfs/doors/xapi/transfer/internal.h"

#define LOOK_EVERY_NS (200 * NS_PER_MS)

struct watch {
	pthread_mutex_t mutex; /* the following; the pool's lock is taken inside */
	pthread_cond_t ends;
	bool is_ending;
	struct list waiting;
	pthread_t thread;
};

/* Fails the task; what its worker reports later is ignored. */
static void fail_task(const struct transfer *transfer)
{
	struct transfer gone = { .options = transfer->options };

	snprintf(gone.task, sizeof gone.task, "%s", transfer->task);
	transfer_fail_error(&gone, -EPIPE);
	transfer_finish_task(&gone);
}

static void look(struct watch *watch)
{
	list_for_each (link, &watch->waiting) {
		struct transfer *transfer = CONTAINER_OF(link, struct transfer, waiting);

		if (!wire_wait(transfer->wire, 0))
			fail_task(transfer);
	}
}

static void *run(void *context)
{
	struct watch *watch = context;

	pthread_mutex_lock(&watch->mutex);
	while (!watch->is_ending) {
		uint64_t next_ns = clock_now_ns() + LOOK_EVERY_NS;
		struct timespec next = { .tv_sec = (time_t)(next_ns / NS_PER_S),
			.tv_nsec = (long)(next_ns % NS_PER_S) };

		look(watch);
		pthread_cond_clockwait(&watch->ends, &watch->mutex, CLOCK_MONOTONIC, &next);
	}
	pthread_mutex_unlock(&watch->mutex);
	return NULL;
}

int transfer_watch_create(struct watch **ret)
{
	struct watch *watch = calloc(1, sizeof *watch);
	sigset_t all, before;
	int error;

	if (!watch)
		return -ENOMEM;
	pthread_mutex_init(&watch->mutex, NULL);
	pthread_cond_init(&watch->ends, NULL);
	list_init(&watch->waiting);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = -pthread_create(&watch->thread, NULL, run, watch);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error < 0) {
		free(watch);
		return error;
	}
	*ret = watch;
	return 0;
}

void transfer_watch_destroy(struct watch *watch)
{
	if (!watch)
		return;
	pthread_mutex_lock(&watch->mutex);
	watch->is_ending = true;
	pthread_cond_signal(&watch->ends);
	pthread_mutex_unlock(&watch->mutex);
	pthread_join(watch->thread, NULL);
	pthread_cond_destroy(&watch->ends);
	pthread_mutex_destroy(&watch->mutex);
	free(watch);
}

void transfer_watch_begin(struct transfer *transfer)
{
	struct watch *watch = transfer->watch;

	pthread_mutex_lock(&watch->mutex);
	list_append(&watch->waiting, &transfer->waiting);
	pthread_mutex_unlock(&watch->mutex);
}

void transfer_watch_end(struct transfer *transfer)
{
	struct watch *watch = transfer->watch;

	pthread_mutex_lock(&watch->mutex);
	list_remove(&transfer->waiting);
	pthread_mutex_unlock(&watch->mutex);
}
