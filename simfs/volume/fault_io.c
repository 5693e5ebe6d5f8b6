/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault_io.c - a read, write or flush that a fault strikes on arrival.
 *
 *	                  ┌─ FAULT_ANSWERS ─▶ answer ─▶ ended
 *	fault_takes ─▶ cut ┼─ FAULT_WAITS ─▶ (waits) ─▶ wait_go ─▶ request_start
 *	                  ├─ unchanged (a snapshot that fails) ─▶ request_start
 *	                  └─ change ─▶ request_start ─▶ changed_done ─▶ ended
 *
 * A read ends before the first bad sector after its first byte (faults/rule.h), and other
 * faults strike what is left of it. A changed request proceeds with another snapshot, offset
 * or length than requested; changed_done() restores the caller's values, also for a shortened
 * one.
 */
#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/acting.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/snapshot_cancel.h"
#include "simfs/volume/way.h"

enum fault_point request_point(const struct volume_request *request)
{
	static const enum fault_point points[2][VOLUME_ZERO + 1] = {
		{ FAULT_LIVE_READ, FAULT_LIVE_WRITE, FAULT_LIVE_FLUSH, FAULT_LIVE_DISCARD,
			FAULT_LIVE_DISCARD },
		{ FAULT_SNAPSHOT_READ, FAULT_SNAPSHOT_WRITE, FAULT_POINTS, FAULT_POINTS,
			FAULT_POINTS },
	};

	return points[request->snapshot != NULL][request->kind];
}

struct fault_room fault_room_of(const struct volume *volume)
{
	return (struct fault_room){
		.size_bytes = volume_bytes(volume),
		.unit_bytes = 1,
		.wraps = true,
	};
}

static void wait_go(struct fault_wait *wait)
{
	struct volume_request *request = CONTAINER_OF(wait, struct volume_request, fault.wait);
	struct snapshot *snapshot = request->snapshot;

	/* A deletion that began in the meantime waits for it, as for all earlier requests. */
	request_start(request);
	snapshot_put(snapshot);
}

/* Ends REQUEST, which has not begun. */
static void told_now(struct volume_request *request, int result)
{
	snapshot_read_over(request, request->length, result);
	request->done(request, result);
}

bool fault_cancels(struct volume_request *request)
{
	struct snapshot *snapshot = request->snapshot;

	/* A request that waits elsewhere, while it preserves, has begun. */
	if (!fault_is_waiting(&request->fault.wait) || request->fault.wait.go != wait_go)
		return false;
	fault_wait_cancel(&request->fault.wait);
	told_now(request, -EINTR);
	snapshot_put(snapshot);
	return true;
}

static void changed_done(struct volume_request *request, int result)
{
	struct request_fault *fault = &request->fault;
	struct snapshot *snapshot = fault->snapshot;
	size_t moved_length = request->length;

	request->snapshot = snapshot;
	request->offset = fault->offset;
	request->length = fault->length;
	request->done = fault->done;
	request->is_counted = fault->is_counted;
	if (result == 0 && request->kind == VOLUME_READ)
		fault_spoil(&fault->decision, request->data, moved_length);
	snapshot_read_over(request, moved_length, result);
	/* Not earlier: SNAPSHOT may be freed by this; a reader's `done` does not need it. */
	snapshot_put(snapshot);
	request->done(request, result);
}

/* Saves the caller's values until changed_done(). */
static void keep(struct volume_request *request)
{
	struct request_fault *fault = &request->fault;

	fault->snapshot = request->snapshot;
	fault->offset = request->offset;
	fault->length = request->length;
	fault->is_counted = request->is_counted;
	fault->done = request->done;
	request->is_counted = false;
	request->done = changed_done;
	snapshot_get(request->snapshot);
}

/* Whether REQUEST, described by CONTEXT, is shortened. */
static bool cut(
	struct volume_request *request, enum fault_point point, struct fault_context *context)
{
	uint64_t reach = fault_reach(&request->volume->faults.plane, point, context);

	if (reach == context->length)
		return false;
	keep(request);
	request->length = reach;
	request->done_length = reach;
	context->length = reach;
	return true;
}

static void change(struct volume_request *request)
{
	struct request_fault *fault = &request->fault;
	struct fault_move move = {
		.room = fault_room_of(request->volume),
		.offset = request->offset,
		.length = request->length,
		.told_length = request->done_length,
		.written = request->kind == VOLUME_WRITE ? request->buffer : NULL,
	};

	fault_change(&fault->decision, &move);
	request->offset = move.offset;
	request->length = move.length;
	request->done_length = move.told_length;
	if (move.is_live)
		request->snapshot = NULL;
	request_start(request);
}

static void answer(struct volume_request *request, int result)
{
	/* A write that is dropped updates the time stamps anyway. */
	if (result == 0 && request->kind != VOLUME_READ && request->kind != VOLUME_FLUSH)
		surface_written(request->volume, request->snapshot);
	if (result < 0 && request->kind == VOLUME_READ && request->snapshot) {
		request->volume->counters.snapshot_reads++;
		request->volume->counters.snapshot_read_errors++;
	}
	told_now(request, result);
}

/* A discard has no snapshot, so it fails all of them. */
static void fail_those(struct volume_request *request)
{
	struct volume *volume = request->volume;
	struct list *at = volume->snapshots.next;

	if (request->snapshot)
		fault_fail_snapshot(request->snapshot);
	while (!request->snapshot && at != &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		/* Others may have failed, or been freed, with it. */
		at = at->next;
		if (snapshot->state == SNAPSHOT_ACTIVE) {
			fault_fail_snapshot(snapshot);
			at = volume->snapshots.next;
		}
	}
}

bool fault_takes(struct volume_request *request, enum fault_point point)
{
	struct fault_context context = {
		.snapshot = request->snapshot ? request->snapshot->name : NULL,
		.offset = request->offset,
		.length = request->length,
		.is_whole = request->is_whole,
	};
	struct fault_decision *decision = &request->fault.decision;
	bool is_kept = cut(request, point, &context);

	switch (fault_site_meet(&request->volume->faults, point, &context, &request->fault.wait,
		wait_go, decision)) {
	case FAULT_ANSWERS:
		answer(request, decision->error);
		return true;
	case FAULT_WAITS:
		snapshot_get(request->snapshot);
		return true;
	case FAULT_GOES_ON:
	case FAULT_DIES:
		break;
	}
	if (fault_act_at(decision->action)->fails_snapshot)
		fail_those(request);
	if (!fault_changes(decision))
		return false;
	if (!is_kept)
		keep(request);
	change(request);
	return true;
}
