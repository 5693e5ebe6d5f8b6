/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live_write.c - a write to the live view, invisible to the snapshots.
 *
 *	LOOK      which of its blocks does some snapshot lack? ─── none ─────┐
 *	READ_OLD  the old bytes must be read, once for all;                  │
 *	          cow.read-old may strike                                    │
 *	OLD_READ  ║ they were read from the origin                           │
 *	STORE     each store in turn gets what it lacks;                     │
 *	          cow.store may strike at each                               │
 *	STORED    ║ every store has it; cow.after-store may strike           │
 *	SETTLE    ║ no mark of a failing snapshot is being written any more ◀┘
 *	          origin_write() ─▶ write_end()
 *
 * At ║ it always waits; a fault may hold it up elsewhere, too.
 *
 * The write owns its range throughout (volume/range.c), so a missing block stays missing
 * until this write has preserved it, and the list of snapshots does not change
 * (volume/barrier.c).
 */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/volume/acting.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/bodies.h"
#include "simfs/volume/life.h"
#include "simfs/volume/measure.h"
#include "simfs/volume/steps.h"
#include "simfs/volume/way.h"

enum live_write_step { LOOK, READ_OLD, READ_OLD_NOW, OLD_READ, STORE, STORED, SETTLE };

/* ---- faults ---- */

/* A hit of POINT for SNAPSHOT, or for none. If it is held up, it continues at step NEXT. */
static enum fault_course meet(struct volume_request *request, enum fault_point point,
	const struct snapshot *snapshot, unsigned next, struct fault_decision *ret)
{
	struct fault_context context = {
		.snapshot = snapshot ? snapshot->name : NULL,
		.offset = request->offset,
		.length = request->length,
	};

	*ret = (struct fault_decision){ .action = FAULT_NO_ACTION };
	if (!fault_is_armed(&request->volume->faults.plane, point))
		return FAULT_GOES_ON;
	return step_meet(request, next, point, &context, ret);
}

/* ---- the old bytes ---- */

/* Without memory for the old bytes, the snapshots that need them fail. */
static void fail_without_memory(struct volume_request *request)
{
	list_for_each (at, &request->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot_traces(snapshot, request->kind) && !snapshot->tracks_only)
			snapshot_fail(snapshot, -ENOMEM, "memory");
	}
}

/* The only walk along the snapshots, if one is needed: whether any lacks a block. Sets
 * request->preserving.at and .end to the range of these in the list. What incrementals lack
 * needs no old bytes. */
static bool look(struct volume_request *request)
{
	struct request_preserving *preserving = &request->preserving;
	struct extent missing, old = { 0 };
	bool is_asked, all_are_asked = true;

	*preserving = (struct request_preserving){ 0 };
	if (common_blocks_have(request->volume, request))
		return false;
	list_for_each (at, &request->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (request->kind != VOLUME_DISCARD)
			memory_guard(snapshot);
		is_asked = snapshot_traces(snapshot, request->kind);
		all_are_asked &= common_blocks_suit(snapshot, is_asked);
		if (!is_asked || !preserve_lacks(snapshot, request, &missing))
			continue;
		if (!snapshot->tracks_only)
			extent_add(&old, &missing);
		if (!preserving->at)
			preserving->at = at;
		preserving->end = at->next;
	}
	if (!preserving->at && all_are_asked)
		common_blocks_note(request->volume, request);
	if (old.end > 0 && !scratch_take(request)) {
		fail_without_memory(request);
		old.end = 0;
	}
	MUST(old.end == 0 || old.end - old.first <= SCRATCH_BYTES);
	preserving->old = old;
	return preserving->at;
}

/* Whether a fault holds up the reading of the old bytes. */
static bool old_is_held_up(struct volume_request *request)
{
	struct request_preserving *preserving = &request->preserving;
	enum fault_course course;

	if (preserving->old.end == 0)
		return false;
	course = meet(request, FAULT_COW_READ_OLD, NULL, READ_OLD_NOW, &preserving->old_fault);
	if (course == FAULT_ANSWERS)
		preserving->old_result = preserving->old_fault.error;
	return course == FAULT_WAITS;
}

/* False if none are needed, or none can be read. */
static bool old_read_start(struct volume_request *request)
{
	const struct request_preserving *preserving = &request->preserving;
	const struct volume *volume = request->volume;
	uint64_t length = preserving->old.end - preserving->old.first;
	struct fault_move move = {
		.room = fault_room_of(volume),
		.offset = preserving->old.first,
		.length = length,
	};

	if (preserving->old.end == 0 || preserving->old_result < 0)
		return false;
	fault_change(&preserving->old_fault, &move);
	step_transfer(request, OLD_READ, BLOCKIO_READ,
		round_down(move.offset, volume->alignment_bytes), request->scratch, length);
	return true;
}

static void old_read(struct volume_request *request, int result)
{
	struct request_preserving *preserving = &request->preserving;
	uint64_t length = preserving->old.end - preserving->old.first;

	if (result == -EUCLEAN)
		image_look_now(request->volume);
	preserving->old_result = result;
	if (length == 0)
		return;
	fault_spoil(&preserving->old_fault, request->scratch, length);
	if (result < 0)
		return;
	/* Once for all snapshots. */
	store_sum(request->scratch, length, scratch_sums(request));
	request->volume->io.stores.hashed_bytes += length;
}

/* ---- the stores ---- */

/* Puts what SNAPSHOT lacks into its store, if the old bytes could be read. */
static void store_fill(struct volume_request *request, struct snapshot *snapshot)
{
	const struct request_preserving *preserving = &request->preserving;
	struct extent missing;

	if (preserving->old_result == 0 || snapshot->tracks_only)
		preserve_into(snapshot, request, preserving->old.first);
	else if (preserve_lacks(snapshot, request, &missing))
		snapshot_fail_logged(snapshot, PROFILE_OLD_READ, preserving->old_result, request);
}

/* Whether a fault keeps SNAPSHOT from getting what it lacks; if held up, it waits. */
static bool store_is_struck(struct volume_request *request, struct snapshot *snapshot)
{
	struct fault_decision decision;
	struct extent missing;

	if (!fault_is_armed(&request->volume->faults.plane, FAULT_COW_STORE) ||
		!preserve_lacks(snapshot, request, &missing))
		return false;
	switch (meet(request, FAULT_COW_STORE, snapshot, STORE, &decision)) {
	case FAULT_WAITS:
		request->preserving.is_held_up = true;
		return true;
	case FAULT_ANSWERS:
		if (decision.error < 0)
			snapshot_fail_logged(
				snapshot, PROFILE_STORE_WRITE, decision.error, request);
		return true;
	case FAULT_GOES_ON:
	case FAULT_DIES:
		break;
	}
	if (!fault_act_at(decision.action)->fails_snapshot)
		return false;
	fault_fail_snapshot(snapshot);
	return true;
}

/* False if a fault holds up a snapshot: it gets its blocks at the next call, unless it has
 * failed by then. */
static bool stores_fill(struct volume_request *request)
{
	struct request_preserving *preserving = &request->preserving;

	for (; preserving->at != preserving->end; preserving->at = preserving->at->next) {
		struct snapshot *snapshot = CONTAINER_OF(preserving->at, struct snapshot, link);
		bool was_held_up = preserving->is_held_up;

		preserving->is_held_up = false;
		if (!snapshot_traces(snapshot, request->kind))
			continue;
		if (was_held_up || !store_is_struck(request, snapshot))
			store_fill(request, snapshot);
		if (preserving->is_held_up)
			return false;
	}
	return true;
}

/* A store that could not write fails its snapshot, whichever request caused it, but never the
 * write. */
static void fail_ended_stores(struct volume_request *request)
{
	struct volume *volume = request->volume;

	if (volume->stores.ends == volume->store_ends_seen)
		return;
	volume->store_ends_seen = volume->stores.ends;
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->state == SNAPSHOT_ACTIVE && store_error(snapshot->store) < 0)
			snapshot_fail_logged(snapshot, PROFILE_STORE_WRITE,
				store_error(snapshot->store), request);
	}
}

/* ---- the steps ---- */

static void live_write_go(struct volume_request *request, int result)
{
	struct fault_decision decision;

	switch ((enum live_write_step)request->step) {
	case LOOK:
		if (!look(request))
			break;
		FALLTHROUGH;
	case READ_OLD:
		if (old_is_held_up(request))
			return;
		FALLTHROUGH;
	case READ_OLD_NOW:
		if (old_read_start(request))
			return;
		result = request->preserving.old_result;
		FALLTHROUGH;
	case OLD_READ:
		old_read(request, result);
		step_store_begin(request);
		FALLTHROUGH;
	case STORE:
		if (stores_fill(request))
			step_store_end(request, STORED);
		return;
	case STORED:
		fail_ended_stores(request);
		switch (meet(request, FAULT_COW_AFTER_STORE, NULL, SETTLE, &decision)) {
		case FAULT_WAITS:
			return;
		case FAULT_ANSWERS:
			write_end(request, decision.error);
			return;
		case FAULT_GOES_ON:
		case FAULT_DIES:
			break;
		}
		break;
	case SETTLE:
		break;
	}
	request->step = SETTLE;
	if (!mark_parks(request))
		origin_write(request);
}

void cow_live_write(struct volume_request *request)
{
	steps_begin(request, live_write_go);
}
