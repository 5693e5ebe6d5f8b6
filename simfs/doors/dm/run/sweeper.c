/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/run/sweeper.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "simfs/base/clock.h"
#include "simfs/doors/dm/calls/calls.h"
#include "simfs/doors/dm/effects/effects.h"
#include "simfs/doors/dm/model/device.h"
#include "simfs/doors/dm/world/world.h"

#define LOOK_AGAIN_NS (50 * NS_PER_MS)

struct sweeper {
	struct world *world;
	pthread_t thread;
	bool stopping; /* under the world's lock */
};

/* Counting opens takes time, so it happens no more often than this, whatever calls do. */
static void rest(struct sweeper *sweeper)
{
	struct world *world = sweeper->world;
	uint64_t until_ns = clock_now_ns() + LOOK_AGAIN_NS;
	struct timespec until = { .tv_sec = (time_t)(until_ns / NS_PER_S),
		.tv_nsec = (long)(until_ns % NS_PER_S) };

	while (!sweeper->stopping &&
		pthread_cond_timedwait(&world->turned, &world->lock, &until) != ETIMEDOUT)
		;
}

static void *sweep(void *context)
{
	struct sweeper *sweeper = context;
	struct world *world = sweeper->world;

	pthread_mutex_lock(&world->lock);
	while (!sweeper->stopping) {
		if (!dm_model_has_deferred(world->model)) {
			pthread_cond_wait(&world->turned, &world->lock);
			continue;
		}
		rest(sweeper);
		if (sweeper->stopping)
			break;
		calls_sweep(world);
		pthread_mutex_unlock(&world->lock);
		effects_show(world);
		pthread_mutex_lock(&world->lock);
	}
	pthread_mutex_unlock(&world->lock);
	return NULL;
}

int sweeper_start(struct world *world, struct sweeper **ret)
{
	struct sweeper *sweeper = calloc(1, sizeof *sweeper);

	if (!sweeper)
		return -ENOMEM;
	sweeper->world = world;
	int error = pthread_create(&sweeper->thread, NULL, sweep, sweeper);
	if (error) {
		free(sweeper);
		return -error;
	}
	*ret = sweeper;
	return 0;
}

void sweeper_end(struct sweeper *sweeper)
{
	if (!sweeper)
		return;

	pthread_mutex_lock(&sweeper->world->lock);
	sweeper->stopping = true;
	pthread_mutex_unlock(&sweeper->world->lock);
	calls_wake(sweeper->world);
	pthread_join(sweeper->thread, NULL);
	free(sweeper);
}
