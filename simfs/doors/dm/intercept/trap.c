/* SPDX-License-Identifier: Apache-2.0 */
/*
 *
 * 1. One thread receives, and never blocks: a call that may block has a thread of its own.
 * 2. A listener's record has all its calls in flight, and the call received last.
 * 3. A listener is freed when neither the loop nor a call holds it (`holders').
 * 4. Once the world has ended, no listener is added; it does not end while a hold exists.
 */
#include "simfs/doors/dm/intercept/trap.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/doors/dm/intercept/trap_internal.h"
#include "simfs/doors/dm/intercept/trap_record.h"
#include "simfs/doors/dm/processes/inhabitants.h"
#include "simfs/doors/dm/world/world.h"

#define CALL_STACK_BYTES (256u << 10)

/* More listeners come only from a loop of `snaprig lvm --enter`. */
#define LISTENERS_MAX 256

/* How often it checks which processes live in the world, if no listener reports that. */
#define LOOK_INSIDE_MS 200

/* ---- listeners ---- */

static void wake(const struct trap *trap)
{
	uint64_t one = 1;

	(void)!write(trap->wake_fd, &one, sizeof one);
}

/* Under the lock. */
static void listener_put(struct trap_listener *listener)
{
	if (--listener->holders > 0)
		return;
	close(listener->fd);
	trap_record_close(listener->record);
	free(listener);
}

static bool is_pipe(int fd)
{
	struct stat facts;

	return fstat(fd, &facts) == 0 && S_ISFIFO(facts.st_mode);
}

int trap_add(struct trap *trap, int listener_fd, struct trap_record *record)
{
	AUTO(auto_close) int fd = listener_fd;
	struct trap_listener *listener = calloc(1, sizeof *listener);
	unsigned count = 0;
	int result = 0;

	if (!listener) {
		trap_record_close(record);
		return -ENOMEM;
	}
	listener->fd = fd;
	listener->is_pipe = is_pipe(fd);
	listener->record = record;
	listener->holders = 1;

	pthread_mutex_lock(&trap->lock);
	list_for_each (at, &trap->listeners)
		count++;
	if (trap->ended)
		result = -ESHUTDOWN;
	else if (count >= LISTENERS_MAX)
		result = -ENOSPC;
	else
		list_append(&trap->listeners, &listener->link);
	pthread_mutex_unlock(&trap->lock);

	if (result < 0) {
		trap_record_close(record);
		free(listener);
		return result;
	}
	(void)TAKE_FD(fd);
	wake(trap);
	return 0;
}

/* The last process behind it has ended; or, without a filter, the process has joined. */
static void listener_leave(struct trap *trap, struct trap_listener *listener)
{
	pthread_mutex_lock(&trap->lock);
	trap->is_inhabited |= listener->is_pipe;
	list_remove(&listener->link);
	listener_put(listener);
	pthread_cond_broadcast(&trap->changed);
	pthread_mutex_unlock(&trap->lock);
}

static bool find(pid_t pid, void *context)
{
	(void)pid;
	*(bool *)context = true;
	return false;
}

/* Processes that joined without a filter may have ended. */
static void look_inside(struct trap *trap)
{
	bool found = false;

	if (inhabitants_walk(trap->world->dev_device, find, &found) < 0 || found)
		return;
	pthread_mutex_lock(&trap->lock);
	trap->is_inhabited = false;
	pthread_cond_broadcast(&trap->changed);
	pthread_mutex_unlock(&trap->lock);
}

/* ---- calls ---- */

/* Records a call in flight; slot 0 is for the call received last. */
static void note(
	const struct trap_listener *listener, unsigned slot, const struct seccomp_notif *request)
{
	if (!listener->record)
		return;
	atomic_store(
		&listener->record->slots[slot].error, request->data.nr == __NR_ioctl ? -EIO : 0);
	atomic_store(&listener->record->slots[slot].id, request->id);
}

/* Under the lock. */
static void note_call(struct trap_call *call)
{
	const struct trap_record *record = call->listener->record;

	call->slot = 1;
	while (record && atomic_load(&record->slots[call->slot].id)) {
		call->slot++;
		MUST(call->slot < TRAP_RECORD_SLOTS);
	}
	note(call->listener, call->slot, &call->request);
}

static void forget_call(const struct trap_call *call)
{
	if (call->listener->record)
		atomic_store(&call->listener->record->slots[call->slot].id, 0);
}

static void call_leave(struct trap_call *call)
{
	struct trap *trap = call->trap;

	pthread_mutex_lock(&trap->lock);
	forget_call(call);
	list_remove(&call->link);
	listener_put(call->listener);
	trap->call_count--;
	pthread_cond_broadcast(&trap->changed);
	pthread_mutex_unlock(&trap->lock);
	free(call);
}

static void *call_thread(void *argument)
{
	struct trap_call *call = argument;

	trap_answer_call(call->trap, call);
	call_leave(call);
	return NULL;
}

static int call_begin(struct trap *trap, struct trap_call *call)
{
	pthread_attr_t attributes;
	int result;

	if (pthread_attr_init(&attributes) != 0)
		return -ENOMEM;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, CALL_STACK_BYTES);

	pthread_mutex_lock(&trap->lock);
	result = trap->call_count < TRAP_CALLS_MAX ? 0 : -ENOMEM;
	if (result == 0) {
		note_call(call);
		result = -pthread_create(&call->thread, &attributes, call_thread, call);
		if (result < 0)
			forget_call(call);
	}
	if (result == 0) {
		trap->call_count++;
		call->listener->holders++;
		list_append(&trap->calls, &call->link);
	}
	pthread_mutex_unlock(&trap->lock);
	pthread_attr_destroy(&attributes);
	return result;
}

static void answer_by_thread(
	struct trap *trap, struct trap_listener *listener, const struct seccomp_notif *request)
{
	struct trap_call *call = calloc(1, sizeof *call);

	if (!call) {
		trap_refuse(listener->fd, request, -ENOMEM);
		return;
	}
	*call = (struct trap_call){
		.trap = trap,
		.listener = listener,
		.request = *request,
		.caller = { .pid = (pid_t)request->pid,
			.waits = trap_caller_waits,
			.fd = listener->fd,
			.id = request->id },
	};
	if (call_begin(trap, call) < 0) {
		trap_refuse(listener->fd, request, -ENOMEM);
		free(call);
	}
}

/* ---- the loop ---- */

static void receive(struct trap *trap, struct trap_listener *listener)
{
	struct seccomp_notif request = { 0 };

	/* ENOENT: the caller was killed in between. */
	if (ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
		return;
	note(listener, 0, &request);
	if (!trap_answer_now(trap, listener->fd, &request))
		answer_by_thread(trap, listener, &request);
}

struct watched {
	struct pollfd fds[LISTENERS_MAX + 1];
	struct trap_listener *listeners[LISTENERS_MAX + 1];
	nfds_t count;
	bool ended;
};

static void watched_gather(struct trap *trap, struct watched *watched)
{
	watched->fds[0] = (struct pollfd){ .fd = trap->wake_fd, .events = POLLIN };
	watched->count = 1;
	pthread_mutex_lock(&trap->lock);
	list_for_each (at, &trap->listeners) {
		struct trap_listener *listener = CONTAINER_OF(at, struct trap_listener, link);

		watched->fds[watched->count] = (struct pollfd){ .fd = listener->fd,
			.events = POLLIN };
		watched->listeners[watched->count++] = listener;
	}
	watched->ended = trap->ended;
	pthread_mutex_unlock(&trap->lock);
}

static void *trap_thread(void *argument)
{
	struct trap *trap = argument;
	struct watched *watched = calloc(1, sizeof *watched);

	MUST(watched);
	for (;;) {
		uint64_t wakes;
		int ready;

		watched_gather(trap, watched);
		if (watched->ended)
			break;
		ready = poll(
			watched->fds, watched->count, trap->is_inhabited ? LOOK_INSIDE_MS : -1);
		if (ready == 0)
			look_inside(trap);
		if (watched->fds[0].revents)
			(void)!read(trap->wake_fd, &wakes, sizeof wakes);
		for (nfds_t at = 1; ready > 0 && at < watched->count; at++) {
			if (watched->fds[at].revents & POLLIN)
				receive(trap, watched->listeners[at]);
			else if (watched->fds[at].revents)
				listener_leave(trap, watched->listeners[at]);
		}
	}
	free(watched);
	return NULL;
}

/* ---- life ---- */

int trap_start(struct world *world, struct trap **ret)
{
	struct trap *trap = calloc(1, sizeof *trap);
	int result;

	if (!trap)
		return -ENOMEM;
	trap->world = world;
	pthread_mutex_init(&trap->lock, NULL);
	pthread_cond_init(&trap->changed, NULL);
	list_init(&trap->listeners);
	list_init(&trap->calls);
	trap->holds = 1;
	trap->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	trap->control_fd = memfd_create(TRAP_CONTROL_NAME, MFD_CLOEXEC);
	result = trap->wake_fd < 0 || trap->control_fd < 0
			 ? -errno
			 : -pthread_create(&trap->thread, NULL, trap_thread, trap);
	if (result < 0) {
		if (trap->wake_fd >= 0)
			close(trap->wake_fd);
		if (trap->control_fd >= 0)
			close(trap->control_fd);
		free(trap);
		return result;
	}
	*ret = trap;
	return 0;
}

bool trap_hold(struct trap *trap)
{
	bool held;

	pthread_mutex_lock(&trap->lock);
	held = !trap->ended;
	trap->holds += held;
	pthread_mutex_unlock(&trap->lock);
	return held;
}

void trap_release(struct trap *trap)
{
	pthread_mutex_lock(&trap->lock);
	MUST(trap->holds > 0);
	trap->holds--;
	pthread_cond_broadcast(&trap->changed);
	pthread_mutex_unlock(&trap->lock);
}

bool trap_wait_for(struct trap *trap, uint64_t limit_ns)
{
	uint64_t until_ns = clock_now_ns() + limit_ns;
	struct timespec until = { .tv_sec = (time_t)(until_ns / NS_PER_S),
		.tv_nsec = (long)(until_ns % NS_PER_S) };
	int result = 0;

	pthread_mutex_lock(&trap->lock);
	while ((trap->holds > 0 || !list_empty(&trap->listeners) || trap->is_inhabited ||
		       trap->call_count > 0) &&
		result == 0)
		result = pthread_cond_clockwait(
			&trap->changed, &trap->lock, CLOCK_MONOTONIC, &until);
	trap->ended = result == 0;
	pthread_mutex_unlock(&trap->lock);
	if (result == 0)
		wake(trap);
	return result == 0;
}

void trap_wait(struct trap *trap)
{
	while (!trap_wait_for(trap, NS_PER_S))
		;
}

void trap_end(struct trap *trap)
{
	if (!trap)
		return;
	pthread_join(trap->thread, NULL);
	close(trap->wake_fd);
	close(trap->control_fd);
	pthread_mutex_destroy(&trap->lock);
	pthread_cond_destroy(&trap->changed);
	free(trap);
}
