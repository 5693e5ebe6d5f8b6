/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/calls/calls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "simfs/base/clock.h"
#include "simfs/doors/dm/calls/strikes.h"
#include "simfs/doors/dm/commands/journal.h"
#include "simfs/doors/dm/effects/effects.h"
#include "simfs/doors/dm/effects/udev.h"
#include "simfs/doors/dm/model/call.h"
#include "simfs/doors/dm/processes/caller.h"
#include "simfs/doors/dm/world/world.h"

/* How often a call that waits for others checks whether its caller still lives. */
#define LOOK_AGAIN_NS	  (200 * NS_PER_MS)

#define IOCTL_NUMBER_MASK 0xffu

/* The part of an event number that is the udev cookie; above it are flags for udev's rules. */
#define COOKIE_MASK 0xffffu

struct call_memory {
	uint8_t *data;
	size_t length;
};

/* Reads all that the model wants of the caller's memory at ADDRESS. */
static int memory_fetch(const struct caller *caller, unsigned int number, uint64_t address,
	struct call_memory *memory)
{
	for (;;) {
		size_t wanted = dm_call_wants(number, memory->data, memory->length);
		uint8_t *data;
		int result;

		if (wanted <= memory->length)
			return 0;
		if (wanted > DM_DATA_MAX)
			return -ENOMEM;
		data = realloc(memory->data, wanted);
		if (!data)
			return -ENOMEM;
		memory->data = data;
		result = caller_read(caller, address + memory->length, data + memory->length,
			wanted - memory->length);
		if (result < 0)
			return result;
		memory->length = wanted;
	}
}

void calls_wake(struct world *world)
{
	pthread_cond_broadcast(&world->turned);
}

/*
 * The caller was killed, or a signal ends its wait for an event.  Signals end no other wait: what
 * has begun is carried out, once.
 */
static bool gives_up(const struct caller *caller, const struct dm_effect *effect)
{
	return caller && (!caller_waits(caller) ||
				 (effect->kind == DM_EFFECT_WAIT && caller_is_signalled(caller)));
}

/* Waits until other calls let EFFECT proceed, or the caller gives up.  Under the lock. */
static void effect_await(struct world *world, const struct caller *caller, struct dm_effect *effect)
{
	uint64_t look_ns = clock_now_ns() + LOOK_AGAIN_NS;

	while (effect->result == 0 && dm_effect_waits(effect)) {
		struct timespec until = { .tv_sec = (time_t)(look_ns / NS_PER_S),
			.tv_nsec = (long)(look_ns % NS_PER_S) };

		pthread_cond_timedwait(&world->turned, &world->lock, &until);
		/* However often it was woken. */
		if (clock_now_ns() < look_ns)
			continue;
		if (gives_up(caller, effect))
			effect->result = -EINTR;
		look_ns = clock_now_ns() + LOOK_AGAIN_NS;
	}
}

/*
 * What the rig's rules do to CALL before it begins.  Under the lock, which is released in between.
 */
static void call_strike(struct world *world, const struct caller *caller, struct dm_call *call)
{
	const char *ioctl = dm_call_ioctl(call);
	char device[DM_NAME_LEN];
	int error;

	snprintf(device, sizeof device, "%s", dm_call_device(call));
	pthread_mutex_unlock(&world->lock);
	error = strike_ioctl(world->strikes, caller, ioctl, device);
	pthread_mutex_lock(&world->lock);
	if (error < 0)
		dm_call_fail(call, error);
}

/* Whether CALL carries a cookie, which its caller waits on until udev has completed it. */
static bool has_cookie(const struct dm_call *call)
{
	static const char *const ioctls[] = { "resume", "remove", "rename" };

	if ((dm_call_event_nr(call) & COOKIE_MASK) == 0)
		return false;
	for (size_t i = 0; i < sizeof ioctls / sizeof ioctls[0]; i++) {
		if (strcmp(dm_call_ioctl(call), ioctls[i]) == 0)
			return true;
	}
	return false;
}

/*
 * A fault may lose the uevent of DEVICE.  Without one, libdevmapper completes its cookie itself, as
 * it does when the kernel sends no event.  With one, libdevmapper is told that an event was sent,
 * and nothing completes the cookie.
 */
static void udev_tell(
	struct world *world, const struct caller *caller, struct dm_call *call, const char *device)
{
	int result;

	if (!has_cookie(call))
		return;
	pthread_mutex_unlock(&world->lock);
	result = strike_udev(world->strikes, caller, device);
	pthread_mutex_lock(&world->lock);
	if (result != 0)
		dm_call_uevent(call);
}

/* All steps of CALL.  Under the lock, which is released in between.  A sweep has no caller. */
static void call_run(struct world *world, const struct caller *caller, struct dm_call *call)
{
	struct dm_effect *effect;

	while ((effect = dm_call_next(call))) {
		if (effect->kind == DM_EFFECT_TURN || effect->kind == DM_EFFECT_WAIT) {
			effect_await(world, caller, effect);
			continue;
		}
		pthread_mutex_unlock(&world->lock);
		effect_perform(world, caller, effect);
		pthread_mutex_lock(&world->lock);
		udev_play(world, call, effect);
	}
}

static int call_perform(
	struct world *world, const struct caller *caller, struct dm_call *call, size_t *ret_length)
{
	char device[DM_NAME_LEN];
	const char *ioctl = dm_call_ioctl(call);

	call_strike(world, caller, call);
	call_run(world, caller, call);
	snprintf(device, sizeof device, "%s", dm_call_device(call));
	udev_tell(world, caller, call, device);
	int answer = dm_call_end(call, ret_length);

	command_journal_asked(world->command_journal, caller->pid, ioctl, device, answer);
	calls_wake(world);
	return answer;
}

void calls_sweep(struct world *world)
{
	struct dm_call *call = dm_model_has_deferred(world->model)
				       ? dm_call_begin_sweep(world->model)
				       : NULL;
	size_t length;

	if (!call)
		return;
	call_run(world, NULL, call);
	(void)dm_call_end(call, &length);
	calls_wake(world);
}

int ioctl_answer(
	struct world *world, const struct caller *caller, uint32_t request, uint64_t address)
{
	unsigned int number = request & IOCTL_NUMBER_MASK;
	struct call_memory memory = { 0 };
	size_t length = 0;
	struct dm_call *call;
	int answer;

	/* As in the kernel, unprivileged callers are refused before anything else is checked. */
	if (!caller_is_admin(caller))
		return -EACCES;
	answer = memory_fetch(caller, number, address, &memory);
	if (answer == 0) {
		pthread_mutex_lock(&world->lock);
		call = dm_call_begin(
			world->model, number, memory.data, memory.length, (void *)caller);
		answer = call ? call_perform(world, caller, call, &length) : -ENOMEM;
		/*
		 * A device whose deferred removal waited for the last table above it is gone before
		 * the caller learns that this table is.
		 */
		calls_sweep(world);
		pthread_mutex_unlock(&world->lock);
	}
	effects_show(world);
	if (length > 0 && caller_waits(caller) &&
		caller_write(caller, address, memory.data, length) < 0 && answer == 0)
		answer = -EFAULT;
	free(memory.data);
	return answer;
}
