/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/snapshot_hold.h"
#include "simfs/volume/acting.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"

#include <errno.h>
#include <stdio.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/vss_codes.h"

static void commit_go(struct volume_moment *moment, int result)
{
	struct snapshot_create *create = CONTAINER_OF(moment, struct snapshot_create, moment);

	create->hold.phase = HOLD_MAKING;
	create->hold.held(create, result);
}

static void drained(struct volume_barrier *barrier)
{
	struct snapshot_create *create = CONTAINER_OF(barrier, struct snapshot_create, barrier);

	create->hold.phase = HOLD_HELD;
	if (create->hold.due_ns != UINT64_MAX)
		create->hold.due_ns = clock_now_ns() + WRITER_HOLD_NS;
	volume_moment_arm(&create->moment, commit_go);
	fault_moment(create->volume, FAULT_SNAPSHOT_COMMIT, create->name, NULL, &create->moment);
}

void snapshot_hold_begin(
	struct snapshot_create *create, void (*held)(struct snapshot_create *create, int result))
{
	create->hold = (struct snapshot_hold){
		.held = held,
		.phase = HOLD_FLUSHING,
		.due_ns = create->hold_is_limited ? clock_now_ns() + WRITER_HOLD_NS : UINT64_MAX,
	};
	/* Cancelled: nothing is held. */
	if (create->is_cancelled) {
		create->hold.phase = HOLD_MAKING;
		create->hold.due_ns = UINT64_MAX;
		create->hold.error = -EINTR;
		held(create, -EINTR);
		return;
	}
	create->barrier.drained = drained;
	volume_barrier_begin(create->volume, &create->barrier);
}

int snapshot_hold_error(const struct snapshot_create *create)
{
	return create->hold.error;
}

static void over(struct snapshot_create *create)
{
	create->hold.phase = HOLD_OVER;
	create->hold.due_ns = UINT64_MAX;
}

void snapshot_hold_commit(struct snapshot_create *create)
{
	MUST(create->hold.phase == HOLD_MAKING && create->hold.error == 0);
	over(create);
}

void snapshot_hold_made(struct snapshot_create *create)
{
	MUST(create->hold.phase == HOLD_OVER && create->hold.error == 0);
	watch_tell(create->volume, create->copied_name);
}

void snapshot_hold_end(struct snapshot_create *create, int result)
{
	MUST(result < 0 || create->hold.phase == HOLD_OVER);
	over(create);
	if (create->hold.error == 0 && (result < 0 || !create->hold_writes))
		volume_barrier_end(create->volume, &create->barrier);
}

/* ---- cancelling ---- */

/* Live writes continue, and the snapshot in progress will not be taken. */
static void give_up(struct snapshot_create *create, int error)
{
	enum hold_phase phase = create->hold.phase;

	create->hold.due_ns = UINT64_MAX;
	create->hold.error = error;
	if (phase == HOLD_HELD)
		fault_wait_cancel(&create->moment.wait);
	create->hold.phase = HOLD_MAKING;
	volume_barrier_end(create->volume, &create->barrier);
	if (phase != HOLD_MAKING)
		create->hold.held(create, error);
}

bool snapshot_hold_cancel(struct snapshot_create *create)
{
	if (create->hold.phase == HOLD_OVER)
		return false;
	if (create->hold.error == 0)
		give_up(create, -EINTR);
	return true;
}

/* ---- timeouts ---- */

static void time_out(struct snapshot_create *create)
{
	struct volume *volume = create->volume;
	enum hold_phase phase = create->hold.phase;
	const struct vss_code *code = vss_code_of(phase == HOLD_FLUSHING ? -EINPROGRESS : -ETIME);

	snprintf(create->hold.why, sizeof create->hold.why,
		"live writes could not be %s: %s (0x%08x)",
		phase == HOLD_FLUSHING ? "flushed" : "held", code->name, code->code);
	create->refusal = create->hold.why;
	create->was_logged = true;
	if (volume->options.profile->log_hold_timeout)
		volume->options.profile->log_hold_timeout(
			&volume->kernel_log, phase != HOLD_FLUSHING);
	give_up(create, code->error);
}

static struct snapshot_create *next_due(const struct volume *volume)
{
	struct snapshot_create *next = NULL;

	list_for_each (at, &volume->creating) {
		struct snapshot_create *create = CONTAINER_OF(at, struct snapshot_create, link);

		if (!next || create->hold.due_ns < next->hold.due_ns)
			next = create;
	}
	return next;
}

uint64_t snapshot_hold_due_ns(const struct volume *volume)
{
	const struct snapshot_create *next = next_due(volume);

	return next ? next->hold.due_ns : UINT64_MAX;
}

void snapshot_hold_tick(struct volume *volume)
{
	while (snapshot_hold_due_ns(volume) <= clock_now_ns())
		time_out(next_due(volume));
}
