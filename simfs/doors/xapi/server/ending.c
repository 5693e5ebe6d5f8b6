/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/server/ending.h"

#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/disks/disks.h"

#define USERS_NS  (3 * NS_PER_S)
#define KILLED_NS (5 * NS_PER_S)
#define RIGS_NS	  (40 * NS_PER_S)

/* Whether STAGE ends within NS. */
static bool is_over(struct ending *ending, enum ending_stage stage, uint64_t ns)
{
	uint64_t end_ns = clock_now_ns() + ns;
	struct timespec end = { .tv_sec = (time_t)(end_ns / NS_PER_S),
		.tv_nsec = (long)(end_ns % NS_PER_S) };
	bool is_behind;

	pthread_mutex_lock(&ending->mutex);
	while (ending->stage <= stage &&
		pthread_cond_clockwait(&ending->moved, &ending->mutex, CLOCK_MONOTONIC, &end) == 0)
		;
	is_behind = ending->stage > stage;
	pthread_mutex_unlock(&ending->mutex);
	return is_behind;
}

/* Everything that a call has answered is saved, and our rigs end with us. */
static void leave(const char *where)
{
	log_error("the server stops before it has finished: something hangs in %s", where);
	_exit(EXIT_RIG);
}

/* Threads that leave a killed rig wait for the others, in ending_of_rigs(). */
static void kill_rigs(struct ending *ending)
{
	pthread_mutex_lock(&ending->mutex);
	ending->is_killing = ending->disks && ending->stage == ENDING_USERS;
	pthread_mutex_unlock(&ending->mutex);
	if (!ending->is_killing)
		return;
	disks_kill(ending->disks);
	pthread_mutex_lock(&ending->mutex);
	ending->is_killing = false;
	pthread_cond_broadcast(&ending->moved);
	pthread_mutex_unlock(&ending->mutex);
}

static void *watch(void *context)
{
	struct ending *ending = context;

	if (!is_over(ending, ENDING_USERS, USERS_NS)) {
		log_error("a rig does not answer: the server ends, and kills those of its own");
		kill_rigs(ending);
		if (!is_over(ending, ENDING_USERS, KILLED_NS))
			leave("a rig that is not its own");
	}
	if (!is_over(ending, ENDING_RIGS, RIGS_NS))
		leave("the end of its rigs");
	return NULL;
}

void ending_begin(struct ending *ending, struct disks *disks)
{
	*ending = (struct ending){ .disks = disks };
	pthread_mutex_init(&ending->mutex, NULL);
	pthread_cond_init(&ending->moved, NULL);
	ending->has_thread = pthread_create(&ending->thread, NULL, watch, ending) == 0;
}

static void move(struct ending *ending, enum ending_stage stage)
{
	pthread_mutex_lock(&ending->mutex);
	ending->stage = stage;
	pthread_cond_broadcast(&ending->moved);
	while (ending->is_killing)
		pthread_cond_wait(&ending->moved, &ending->mutex);
	pthread_mutex_unlock(&ending->mutex);
}

void ending_of_rigs(struct ending *ending)
{
	move(ending, ENDING_RIGS);
}

void ending_over(struct ending *ending)
{
	move(ending, ENDING_OVER);
	if (ending->has_thread)
		pthread_join(ending->thread, NULL);
	pthread_cond_destroy(&ending->moved);
	pthread_mutex_destroy(&ending->mutex);
}
