/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault_io.c - one read, write or flush that a fault strikes as it comes.
 *
 *	            ┌─ error, drop ─▶ ended
 *	fault_takes ┼─ delay, hang ─▶ (waits) ─▶ wait_go ─▶ request_start
 *	            ├─ fail-snapshot ─▶ request_start
 *	            └─ short, zero, stale, flip, tear, misdirect
 *	                 ─▶ changed ─▶ request_start ─▶ changed_done ─▶ ended
 *
 * A changed request goes its way with another snapshot, offset or length than
 * it was asked for; changed_done() puts back what the caller knows it by.
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
		{ FAULT_LIVE_READ, FAULT_LIVE_WRITE, FAULT_LIVE_FLUSH, FAULT_POINTS, FAULT_POINTS },
		{ FAULT_SNAPSHOT_READ, FAULT_SNAPSHOT_WRITE, FAULT_POINTS, FAULT_POINTS,
			FAULT_POINTS },
	};

	return points[request->snapshot != NULL][request->kind];
}

uint64_t fault_misdirected(
	const struct volume *volume, uint64_t offset, uint64_t length, uint64_t bytes)
{
	uint64_t size = volume_bytes(volume);

	/* Whole blocks may reach beyond a small volume. */
	if (length >= size)
		return 0;
	offset = (offset + bytes % size) % size;
	return offset + length <= size ? offset : size - length;
}

static void act_error(struct volume_request *request)
{
	request->done(request, request->fault.decision.error);
}

static void act_drop(struct volume_request *request)
{
	/* Who loses it has told the time all the same. */
	if (request->kind == VOLUME_WRITE)
		surface_written(request->volume, request->snapshot);
	request->done(request, 0);
}

static void wait_go(struct fault_wait *wait)
{
	struct volume_request *request = CONTAINER_OF(wait, struct volume_request, fault.wait);
	struct snapshot *snapshot = request->snapshot;

	/* A deletion that has come meanwhile waits for it, as for all that came before. */
	request_start(request);
	snapshot_put(snapshot);
}

static void act_wait(struct volume_request *request)
{
	snapshot_get(request->snapshot);
	fault_wait_for(
		&request->volume->faults, &request->fault.wait, &request->fault.decision, wait_go);
}

bool fault_cancels(struct volume_request *request)
{
	struct snapshot *snapshot = request->snapshot;

	/* One that waits elsewhere, while it preserves, has begun. */
	if (!fault_is_waiting(&request->fault.wait) || request->fault.wait.go != wait_go)
		return false;
	fault_wait_cancel(&request->fault.wait);
	request->done(request, -EINTR);
	snapshot_put(snapshot);
	return true;
}

static void act_fail_snapshot(struct volume_request *request)
{
	fault_fail_snapshot(request->snapshot);
	request_start(request);
}

static void changed_done(struct volume_request *request, int result)
{
	struct request_fault *fault = &request->fault;
	struct snapshot *snapshot = fault->snapshot;

	request->snapshot = snapshot;
	request->offset = fault->offset;
	request->length = fault->length;
	request->done = fault->done;
	if (result == 0 && request->kind == VOLUME_READ) {
		if (fault->decision.action == FAULT_ZERO)
			memset(request->data, 0, request->length);
		if (fault->decision.action == FAULT_FLIP)
			fault_flip(&fault->decision, request->data, request->length);
	}
	/* Not before: SNAPSHOT may go then, and `done` of a reader does not need it. */
	snapshot_put(snapshot);
	request->done(request, result);
}

/* How much of REQUEST is done, and where. */
static void change(struct volume_request *request)
{
	const struct fault_decision *decision = &request->fault.decision;

	switch (decision->action) {
	case FAULT_SHORT:
		request->done_length = decision->value;
		if (request->kind == VOLUME_WRITE)
			request->length = decision->value;
		break;
	case FAULT_TEAR:
		request->length = decision->value;
		break;
	case FAULT_STALE:
		request->snapshot = NULL;
		break;
	case FAULT_MISDIRECT:
		request->offset = fault_misdirected(
			request->volume, request->offset, request->length, decision->value);
		break;
	case FAULT_FLIP:
		if (request->kind == VOLUME_WRITE)
			fault_flip(decision, request->buffer, request->length);
		break;
	default:
		break;
	}
}

static void act_change(struct volume_request *request)
{
	struct request_fault *fault = &request->fault;

	fault->snapshot = request->snapshot;
	fault->offset = request->offset;
	fault->length = request->length;
	fault->done = request->done;
	request->done = changed_done;
	snapshot_get(request->snapshot);
	change(request);
	request_start(request);
}

bool fault_takes(struct volume_request *request, enum fault_point point)
{
	static void (*const acts[FAULT_ACTIONS])(struct volume_request *) = {
		[FAULT_ERROR] = act_error,
		[FAULT_DELAY] = act_wait,
		[FAULT_HANG] = act_wait,
		[FAULT_SHORT] = act_change,
		[FAULT_ZERO] = act_change,
		[FAULT_STALE] = act_change,
		[FAULT_FLIP] = act_change,
		[FAULT_TEAR] = act_change,
		[FAULT_DROP] = act_drop,
		[FAULT_MISDIRECT] = act_change,
		[FAULT_FAIL_SNAPSHOT] = act_fail_snapshot,
	};
	struct fault_context context = {
		.snapshot = request->snapshot ? request->snapshot->name : NULL,
		.offset = request->offset,
		.length = request->length,
	};
	struct fault_decision *decision = &request->fault.decision;

	if (!fault_site_decide(&request->volume->faults, point, &context, decision))
		return false;
	MUST(acts[decision->action]);
	acts[decision->action](request);
	return true;
}
