/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time.c - timed events of writers: an answer, a limit, a death.
 *
 * They happen in the order in which they are due. Of two that are due together, a writer that
 * was asked and does not answer comes first: it is the reason why the other is still frozen.
 */
#include <errno.h>
#include <stdio.h>

#include "simfs/base/clock.h"
#include "simfs/volume/core.h"
#include "simfs/volume/writers/steps.h"

static uint64_t earlier(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

static uint64_t due_ns(const struct volume_writer *writer)
{
	return earlier(writer->death_due_ns, earlier(writer->answer_due_ns, writer->limit_due_ns));
}

static struct volume_writer *next_due(const struct volume *volume)
{
	struct volume_writer *next = NULL;

	list_for_each (at, &volume->writers.list) {
		struct volume_writer *writer = CONTAINER_OF(at, struct volume_writer, link);

		if (!next || due_ns(writer) < due_ns(next) ||
			(due_ns(writer) == due_ns(next) && writer->is_busy && !next->is_busy))
			next = writer;
	}
	return next;
}

/* For a set that the requester holds, or has left. */
static uint64_t set_due_ns(const struct writer_set *set)
{
	return set->phase == SET_HELD	? set->held_due_ns
	       : set->phase == SET_DEAD ? set->dead_due_ns
					: UINT64_MAX;
}

uint64_t writers_due_ns(const struct volume *volume)
{
	const struct volume_writer *next = next_due(volume);

	return earlier(next ? due_ns(next) : UINT64_MAX, set_due_ns(&volume->writers.set));
}

enum writer_blame writer_blame_at_limit(const struct volume_writer *writer, char *why)
{
	double limit_s = (double)writer->spec.limit_ns / NS_PER_S;
	struct volume *volume = writer->volume;
	const char *reason = "since its Thaw was lost";
	enum writer_blame blame = BLAME_SERVICE;

	if (volume->writers.set.phase == SET_COMMITTING) {
		blame = BLAME_VOLUME;
		reason = "while the snapshot was being made";
	} else if (volume->writers.set.phase == SET_HELD) {
		blame = BLAME_REQUESTER;
		reason = "and its requester did not thaw it";
	}
	snprintf(why, WRITER_FAILURE_BYTES, "it was frozen for %g s, %s", limit_s, reason);
	if (writer->event != TOLD_FREEZE)
		return blame;
	list_for_each (at, &volume->writers.list) {
		const struct volume_writer *other = CONTAINER_OF(at, struct volume_writer, link);

		if (!other->is_busy)
			continue;
		snprintf(why, WRITER_FAILURE_BYTES,
			"it was frozen for %g s, while writer '%s' did not answer %s", limit_s,
			other->spec.name, writer_event_name(other->event));
		return BLAME_ANOTHER;
	}
	return blame;
}

static void act(struct volume_writer *writer)
{
	uint64_t now_due_ns = due_ns(writer);

	if (writer->death_due_ns == now_due_ns) {
		writer_die(writer);
	} else if (writer->answer_due_ns == now_due_ns) {
		writer->answer_due_ns = UINT64_MAX;
		writer_reached(writer);
	} else {
		writer_time_out(writer);
	}
}

void writers_tick(struct volume *volume)
{
	uint64_t now_ns = clock_now_ns();

	/* Each may change when the others are due. */
	while (writers_due_ns(volume) <= now_ns) {
		struct volume_writer *writer = next_due(volume);

		if (writer && due_ns(writer) <= now_ns)
			act(writer);
		else if (volume->writers.set.phase == SET_DEAD)
			writer_set_end_dead(volume, "its time was over");
		else
			writer_set_give_up(
				volume, -ETIMEDOUT, "the requester did not thaw the writers");
	}
}
