/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - holds live writes at the instant of a snapshot, for observers. */
#include "simfs/base/star_pattern.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/volume_watch.h"

void volume_watch_begin(struct volume *volume, struct volume_watch *watch)
{
	watch->volume = volume;
	watch->number = volume->watch_count++;
	watch->is_taken = false;
	list_append(&volume->watches, &watch->link);
}

void volume_watch_end(struct volume_watch *watch)
{
	if (watch->is_taken)
		volume_barrier_end(watch->volume, &watch->barrier);
	else
		list_remove(&watch->link);
}

static void drained(struct volume_barrier *barrier)
{
	struct volume_watch *watch = CONTAINER_OF(barrier, struct volume_watch, barrier);

	watch->taken(watch);
}

/* A watch for NAME that was begun before number END, or NULL. */
static struct volume_watch *find_waiting(
	const struct volume *volume, const char *name, uint64_t end)
{
	list_for_each (at, &volume->watches) {
		struct volume_watch *watch = CONTAINER_OF(at, struct volume_watch, link);

		if (watch->number < end && star_pattern_matches(watch->name, name))
			return watch;
	}
	return NULL;
}

/*
 * Nothing is in flight behind the snapshot's barrier, so each new barrier drains at once.
 * `taken` may begin and end watches, so the list is read again after each; watches that it
 * begins are for later snapshots.
 */
void watch_tell(struct volume *volume, const char *name)
{
	uint64_t end = volume->watch_count;
	struct volume_watch *watch;

	while ((watch = find_waiting(volume, name, end))) {
		list_remove(&watch->link);
		watch->is_taken = true;
		watch->barrier.drained = drained;
		volume_barrier_begin(volume, &watch->barrier);
	}
}
