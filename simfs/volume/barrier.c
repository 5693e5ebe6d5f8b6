/* SPDX-License-Identifier: Apache-2.0 */
/* barrier.c - waits for an instant at which no live write is in flight. */
#include "simfs/volume/core.h"
#include "simfs/volume/way.h"

void volume_barrier_begin(struct volume *volume, struct volume_barrier *barrier)
{
	barrier->is_drained = false;
	list_append(&volume->barriers, &barrier->link);
	barrier_check(volume);
}

void volume_barrier_end(struct volume *volume, struct volume_barrier *barrier)
{
	struct list released;
	struct list *link;

	list_remove(&barrier->link);
	common_blocks_forget(volume);
	if (!list_empty(&volume->barriers))
		return;
	list_init(&released);
	list_splice(&released, &volume->parked_writes);
	while ((link = list_pop(&released)))
		write_start(CONTAINER_OF(link, struct volume_request, link));
}

bool barrier_parks(struct volume *volume, struct volume_request *request)
{
	if (list_empty(&volume->barriers))
		return false;
	list_append(&volume->parked_writes, &request->link);
	return true;
}

/*
 * Calls `drained` of the barriers after the last write has ended. `drained` may end its own
 * barrier, begin another and start writes, so the list is read again each time.
 */
void barrier_check(struct volume *volume)
{
	bool told = true;

	while (told && volume->writes_under_way == 0) {
		told = false;
		list_for_each (at, &volume->barriers) {
			struct volume_barrier *barrier = CONTAINER_OF(
				at, struct volume_barrier, link);

			if (barrier->is_drained)
				continue;
			barrier->is_drained = true;
			told = true;
			barrier->drained(barrier);
			break;
		}
	}
}
