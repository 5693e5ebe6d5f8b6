/* SPDX-License-Identifier: Apache-2.0 */
/* carriers.c - the loop devices of a world, by number: see effects_internal.h. */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/doors/dm/effects/effects_internal.h"

void carriers_init(struct carriers *carriers)
{
	pthread_mutex_init(&carriers->lock, NULL);
	pthread_cond_init(&carriers->unused, NULL);
	list_init(&carriers->list);
	carriers->held = 0;
}

void carriers_deinit(struct carriers *carriers)
{
	while (!list_empty(&carriers->list)) {
		struct carrier *carrier = CONTAINER_OF(carriers->list.next, struct carrier, link);
		struct loop_device loop = carrier->loop;
		carriers_remove(carriers, carrier);
		loop_release(&loop);
	}
	pthread_cond_destroy(&carriers->unused);
	pthread_mutex_destroy(&carriers->lock);
}

int carriers_add(struct carriers *carriers, uint64_t disk, const struct loop_device *loop)
{
	struct carrier *carrier = calloc(1, sizeof(*carrier));
	if (!carrier)
		return -ENOMEM;
	carrier->loop = *loop;
	carrier->disk = disk;
	/* Still unknown to every program, so not open. */
	carrier->openings.at_ns = carrier->mounts.at_ns = clock_now_ns();
	pthread_mutex_lock(&carriers->lock);
	list_append(&carriers->list, &carrier->link);
	pthread_mutex_unlock(&carriers->lock);
	return 0;
}

struct carrier *carriers_find(struct carriers *carriers, unsigned minor)
{
	struct carrier *found = NULL;
	pthread_mutex_lock(&carriers->lock);
	list_for_each (at, &carriers->list) {
		struct carrier *carrier = CONTAINER_OF(at, struct carrier, link);
		if (carrier->loop.minor == minor)
			found = carrier;
	}
	pthread_mutex_unlock(&carriers->lock);
	MUST(found);
	return found;
}

static void hold(struct carriers *carriers, struct carrier *carrier, bool held)
{
	if (held != carrier->held)
		carriers->held += held ? 1U : -1U;
	carrier->held = held;
}

void carriers_remove(struct carriers *carriers, struct carrier *carrier)
{
	pthread_mutex_lock(&carriers->lock);
	while (carrier->users)
		pthread_cond_wait(&carriers->unused, &carriers->lock);
	hold(carriers, carrier, false);
	list_remove(&carrier->link);
	pthread_mutex_unlock(&carriers->lock);
	free(carrier);
}

static void leave(struct carriers *carriers, struct carrier *carrier)
{
	carrier->users--;
	pthread_cond_broadcast(&carriers->unused);
}

struct carrier *carriers_use(struct carriers *carriers, uint64_t disk)
{
	struct carrier *found = NULL;
	pthread_mutex_lock(&carriers->lock);
	list_for_each (at, &carriers->list) {
		struct carrier *carrier = CONTAINER_OF(at, struct carrier, link);
		if (carrier->disk == disk)
			found = carrier;
	}
	if (found)
		found->users++;
	pthread_mutex_unlock(&carriers->lock);
	return found;
}

struct carrier *carriers_next(struct carriers *carriers, struct carrier *carrier)
{
	pthread_mutex_lock(&carriers->lock);
	struct list *next = carrier ? carrier->link.next : carriers->list.next;
	if (carrier)
		leave(carriers, carrier);
	carrier = next == &carriers->list ? NULL : CONTAINER_OF(next, struct carrier, link);
	if (carrier)
		carrier->users++;
	pthread_mutex_unlock(&carriers->lock);
	return carrier;
}

void carriers_leave(struct carriers *carriers, struct carrier *carrier)
{
	pthread_mutex_lock(&carriers->lock);
	leave(carriers, carrier);
	pthread_mutex_unlock(&carriers->lock);
}

void carriers_hold(struct carriers *carriers, struct carrier *carrier, bool held)
{
	pthread_mutex_lock(&carriers->lock);
	hold(carriers, carrier, held);
	pthread_mutex_unlock(&carriers->lock);
}

bool carriers_any_held(struct carriers *carriers)
{
	pthread_mutex_lock(&carriers->lock);
	bool any = carriers->held > 0;
	pthread_mutex_unlock(&carriers->lock);
	return any;
}

void carriers_tell(
	struct carriers *carriers, struct carrier_told *told, uint64_t now_ns, unsigned count)
{
	pthread_mutex_lock(&carriers->lock);
	*told = (struct carrier_told){ now_ns, count };
	pthread_mutex_unlock(&carriers->lock);
}

bool carriers_told(struct carriers *carriers, const struct carrier_told *told, uint64_t since_ns,
	unsigned *ret)
{
	pthread_mutex_lock(&carriers->lock);
	bool is_recent = told->at_ns > since_ns;
	if (is_recent)
		*ret = told->count;
	pthread_mutex_unlock(&carriers->lock);
	return is_recent;
}
