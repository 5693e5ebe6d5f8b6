/* SPDX-License-Identifier: Apache-2.0 */
/* patience.c - see patience.h. */
#include "simfs/doors/dm/processes/patience.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "simfs/base/check.h"
#include "simfs/doors/dm/processes/caller.h"

#define WAKE_SIGNAL SIGUSR2
#define LOOK_NS	    50000000

struct patience {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t watcher;
	struct list waits;
	bool ends;
};

static void wake(int number)
{
	(void)number;
}

static void look(struct patience *patience)
{
	list_for_each (at, &patience->waits) {
		struct patience_wait *wait = CONTAINER_OF(at, struct patience_wait, link);
		if (!caller_waits(wait->caller))
			pthread_kill(wait->thread, WAKE_SIGNAL);
	}
}

static void *watch(void *context)
{
	struct patience *patience = context;
	pthread_mutex_lock(&patience->lock);
	while (!patience->ends) {
		if (list_empty(&patience->waits)) {
			pthread_cond_wait(&patience->changed, &patience->lock);
			continue;
		}
		pthread_mutex_unlock(&patience->lock);
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_NS }, NULL);
		pthread_mutex_lock(&patience->lock);
		look(patience);
	}
	pthread_mutex_unlock(&patience->lock);
	return NULL;
}

int patience_start(struct patience **ret)
{
	struct patience *patience = calloc(1, sizeof(*patience));
	if (!patience)
		return -ENOMEM;
	/* Without SA_RESTART: the system call must end. */
	sigaction(WAKE_SIGNAL, &(struct sigaction){ .sa_handler = wake }, NULL);
	list_init(&patience->waits);
	pthread_mutex_init(&patience->lock, NULL);
	pthread_cond_init(&patience->changed, NULL);
	int error = pthread_create(&patience->watcher, NULL, watch, patience);
	if (error) {
		pthread_cond_destroy(&patience->changed);
		pthread_mutex_destroy(&patience->lock);
		free(patience);
		return -error;
	}
	*ret = patience;
	return 0;
}

void patience_stop(struct patience *patience)
{
	if (!patience)
		return;
	MUST(list_empty(&patience->waits));
	pthread_mutex_lock(&patience->lock);
	patience->ends = true;
	pthread_cond_signal(&patience->changed);
	pthread_mutex_unlock(&patience->lock);
	pthread_join(patience->watcher, NULL);
	pthread_cond_destroy(&patience->changed);
	pthread_mutex_destroy(&patience->lock);
	free(patience);
}

void patience_begin(
	struct patience *patience, struct patience_wait *wait, const struct caller *caller)
{
	*wait = (struct patience_wait){ .thread = pthread_self(), .caller = caller };
	if (!caller)
		return;
	pthread_mutex_lock(&patience->lock);
	list_append(&patience->waits, &wait->link);
	pthread_cond_signal(&patience->changed);
	pthread_mutex_unlock(&patience->lock);
}

void patience_end(struct patience *patience, struct patience_wait *wait)
{
	if (!wait->caller)
		return;
	pthread_mutex_lock(&patience->lock);
	list_remove(&wait->link);
	pthread_mutex_unlock(&patience->lock);
}
