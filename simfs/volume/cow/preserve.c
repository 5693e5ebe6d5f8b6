/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preserve.c - puts the old bytes of a write's blocks into every store that lacks them.
 *
 *   preserve_start ─┬─ nothing lacks a block ────────────────────────────────────┐
 *                   ├─▶ old_read_start ─▶ old_read ─▶ preserve_all ─▶ preserved ─┤
 *                   └─ only incrementals do ───────────▲                         │
 *     ┌──────────────────────────────────────────────────────────────────────────┘
 *     └─▶ preserve_settle ─▶ (a failing snapshot's mark) ─▶ origin_write
 *
 * A fault may hold it up, or turn it aside, at each of its points: before the
 * old bytes are read, before a store gets them, and when all have them.
 *
 * The old bytes are read once for all stores.  The write's range is its own
 * throughout (volume/range.c), so a block that was missing stays missing until this
 * write has preserved it, and the list of snapshots stands still (volume/barrier.c).
 */
#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/acting.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/cow/bodies.h"
#include "simfs/volume/cow/cow.h"
#include "simfs/volume/life.h"
#include "simfs/volume/way.h"

/* The part of a write that some snapshot lacks, in bytes; empty when end is 0. */
struct extent {
	uint64_t first;
	uint64_t end;
};

static bool snapshot_lacks(struct snapshot *snapshot, uint64_t block)
{
	return !snapshot_holder(snapshot, block);
}

/* Widens MISSING by the blocks of REQUEST that SNAPSHOT lacks. */
static void extent_add(
	struct extent *missing, const struct volume_request *request, struct snapshot *snapshot)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t first = request->offset / block_bytes;
	uint64_t last = (request->offset + request->length - 1) / block_bytes;

	while (first <= last && !snapshot_lacks(snapshot, first))
		first++;
	if (first > last)
		return;
	while (!snapshot_lacks(snapshot, last))
		last--;

	uint64_t end = (last + 1) * block_bytes;

	first *= block_bytes;
	if (missing->end == 0 || first < missing->first)
		missing->first = first;
	if (end > missing->end)
		missing->end = end;
}

/* What the profile has to say when BLOCK of REQUEST, a write to anything, did not fit. */
static void overflow(struct snapshot *snapshot, struct volume_request *request, uint64_t block)
{
	const struct profile *profile = snapshot->profile;
	struct profile_snapshot facts = snapshot_for_profile(snapshot);
	uint64_t first = round_down(request->offset, facts.block_bytes);
	uint64_t end = round_up(request->offset + request->length, facts.block_bytes);
	struct profile_overflow overflow = {
		.snapshot = &facts,
		.write_bytes = end - first,
		.blocks_done = block - first / facts.block_bytes,
	};

	if (profile->log_overflow)
		profile->log_overflow(&snapshot->volume->kernel_log, &overflow);
	snapshot->overflow_blocks = 1;
	snapshot_fail(snapshot, profile->overflow_error, "store.limit");
}

void preserve_run(struct snapshot *snapshot, struct volume_request *request, uint64_t first,
	uint64_t end, char *bytes)
{
	const struct profile *profile = snapshot->profile;
	struct profile_snapshot facts = snapshot_for_profile(snapshot);
	uint64_t block = first;

	while (block < end) {
		if (profile->admits(&facts)) {
			facts.blocks_taken++;
			facts.area_blocks++;
			block++;
		} else if (snapshot_expand(snapshot)) {
			uint64_t limit_bytes = store_facts(snapshot->store)->limit_bytes;

			/* A step that is beyond all bounds. */
			if (limit_bytes <= facts.limit_bytes)
				break;
			facts.limit_bytes = limit_bytes;
		} else {
			break;
		}
	}
	if (block > first)
		store_append(snapshot->store, first, block - first, bytes, &request->preserved);
	if (block < end)
		overflow(snapshot, request, block);
}

void preserve_commit(struct snapshot *snapshot, const struct volume_request *request)
{
	struct profile_snapshot facts = snapshot_for_profile(snapshot);
	int error = snapshot->profile->commit_error ? snapshot->profile->commit_error(&facts) : 0;

	if (error < 0 && snapshot->state == SNAPSHOT_ACTIVE)
		snapshot_fail_logged(snapshot, PROFILE_STORE_WRITE, error, request);
}

/*
 * Appends the blocks of REQUEST that SNAPSHOT lacks, run by run; of an
 * incremental only which they are.  OLD holds the origin's bytes from OLD_FIRST
 * on, and is not looked at for incrementals.
 */
static void preserve_into(
	struct snapshot *snapshot, struct volume_request *request, char *old, uint64_t old_first)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t last = (request->offset + request->length - 1) / block_bytes;
	uint64_t before = store_blocks_taken(snapshot->store);

	for (uint64_t block = request->offset / block_bytes; block <= last; block++) {
		uint64_t first = block;

		while (block <= last && snapshot_lacks(snapshot, block))
			block++;
		if (block > first && snapshot->tracks_only)
			store_append(
				snapshot->store, first, block - first, NULL, &request->preserved);
		else if (block > first)
			preserve_run(snapshot, request, first, block,
				old + (first * block_bytes - old_first));
		if (snapshot->state != SNAPSHOT_ACTIVE)
			break;
	}
	snapshot->volume->counters.blocks_preserved += store_blocks_taken(snapshot->store) - before;
	preserve_commit(snapshot, request);
}

/* ---- faults ---- */

/* A hit of POINT for SNAPSHOT, or for none: whether a rule has fired. */
static bool strikes(struct volume_request *request, enum fault_point point,
	const struct snapshot *snapshot, struct fault_decision *ret)
{
	struct fault_context context = {
		.snapshot = snapshot ? snapshot->name : NULL,
		.offset = request->offset,
		.length = request->length,
	};

	return fault_is_armed(&request->volume->faults.plane, point) &&
	       fault_site_decide(&request->volume->faults, point, &context, ret);
}

static bool waits(const struct fault_decision *decision)
{
	return decision->action == FAULT_DELAY || decision->action == FAULT_HANG;
}

static void settle_go(struct fault_wait *wait)
{
	preserve_settle(CONTAINER_OF(wait, struct volume_request, fault.wait));
}

static void store_go(struct fault_wait *wait);

/* A store that could not write has failed its snapshot, never the live write. */
static void preserved(struct store_waiter *waiter, int error)
{
	struct volume_request *request = CONTAINER_OF(waiter, struct volume_request, preserved);
	struct fault_decision decision;

	(void)error;
	list_for_each (at, &request->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->state == SNAPSHOT_ACTIVE && store_error(snapshot->store) < 0)
			snapshot_fail_logged(snapshot, PROFILE_STORE_WRITE,
				store_error(snapshot->store), request);
	}
	if (!strikes(request, FAULT_COW_AFTER_STORE, NULL, &decision))
		preserve_settle(request);
	else if (waits(&decision))
		fault_wait_for(
			&request->volume->faults, &request->fault.wait, &decision, settle_go);
	else
		write_end(request, decision.error);
}

/* What SNAPSHOT lacks of REQUEST goes into its store, if the old bytes could be read. */
static void preserve_for(struct snapshot *snapshot, struct volume_request *request)
{
	struct extent missing = { 0 };

	if (request->fault.old_result == 0 || snapshot->tracks_only) {
		preserve_into(snapshot, request, request->scratch, request->cursor);
		return;
	}
	extent_add(&missing, request, snapshot);
	if (missing.end > 0)
		snapshot_fail_logged(
			snapshot, PROFILE_OLD_READ, request->fault.old_result, request);
}

/* Whether DECISION leaves it at that: SNAPSHOT gets nothing now. */
static bool store_is_kept_from(struct snapshot *snapshot, struct volume_request *request,
	const struct fault_decision *decision)
{
	if (waits(decision))
		fault_wait_for(&request->volume->faults, &request->fault.wait, decision, store_go);
	else if (decision->action == FAULT_ERROR)
		snapshot_fail_logged(snapshot, PROFILE_STORE_WRITE, decision->error, request);
	else if (decision->action == FAULT_FAIL_SNAPSHOT)
		fault_fail_snapshot(snapshot);
	return waits(decision);
}

/* From the snapshot at request->fault.at on. */
static void preserve_rest(struct volume_request *request)
{
	struct volume *volume = request->volume;
	struct list **at = &request->fault.at;

	for (; *at != &volume->snapshots; *at = (*at)->next) {
		struct snapshot *snapshot = CONTAINER_OF(*at, struct snapshot, link);
		struct fault_decision decision;
		struct extent missing = { 0 };

		if (!snapshot_traces(snapshot, request->kind))
			continue;
		if (fault_is_armed(&volume->faults.plane, FAULT_COW_STORE))
			extent_add(&missing, request, snapshot);
		if (missing.end == 0 || !strikes(request, FAULT_COW_STORE, snapshot, &decision))
			preserve_for(snapshot, request);
		else if (store_is_kept_from(snapshot, request, &decision))
			return;
	}
	store_waiter_release(&request->preserved, 0);
}

/* A fault held it up: the store gets it now, unless its snapshot has failed meanwhile. */
static void store_go(struct fault_wait *wait)
{
	struct volume_request *request = CONTAINER_OF(wait, struct volume_request, fault.wait);
	struct snapshot *snapshot = CONTAINER_OF(request->fault.at, struct snapshot, link);

	if (snapshot_traces(snapshot, request->kind))
		preserve_for(snapshot, request);
	request->fault.at = request->fault.at->next;
	preserve_rest(request);
}

/* RESULT is that of reading the origin. */
static void preserve_all(struct volume_request *request, int result)
{
	store_waiter_add(&request->preserved);
	request->fault.old_result = result;
	request->fault.at = request->volume->snapshots.next;
	preserve_rest(request);
}

static void old_read(struct blockio_request *io, int result)
{
	struct volume_request *request = CONTAINER_OF(io, struct volume_request, io);
	const struct fault_decision *decision = &request->fault.old;
	size_t length = request->fault.old_end - request->cursor;

	if (result == -EUCLEAN)
		image_look_now(request->volume);
	if (decision->action == FAULT_ZERO)
		memset(request->scratch, 0, length);
	if (decision->action == FAULT_FLIP)
		fault_flip(decision, request->scratch, length);
	preserve_all(request, result);
}

static void old_read_go(struct volume_request *request)
{
	uint64_t length = request->fault.old_end - request->cursor, offset = request->cursor;

	if (request->fault.old.action == FAULT_MISDIRECT)
		offset = round_down(fault_misdirected(request->volume, offset, length,
					    request->fault.old.value),
			request->volume->alignment_bytes);
	request->io.done = old_read;
	blockio_start(request->volume->origin, &request->io, BLOCKIO_READ, offset, request->scratch,
		length);
}

static void old_wait_go(struct fault_wait *wait)
{
	old_read_go(CONTAINER_OF(wait, struct volume_request, fault.wait));
}

/* The bytes from request->cursor to fault.old_end go into scratch memory. */
static void old_read_start(struct volume_request *request)
{
	struct fault_decision *decision = &request->fault.old;

	MUST(request->fault.old_end - request->cursor <= SCRATCH_BYTES);
	decision->action = FAULT_NO_ACTION;
	if (!strikes(request, FAULT_COW_READ_OLD, NULL, decision) ||
		!(waits(decision) || decision->action == FAULT_ERROR))
		old_read_go(request);
	else if (waits(decision))
		fault_wait_for(
			&request->volume->faults, &request->fault.wait, decision, old_wait_go);
	else
		preserve_all(request, decision->error);
}

/* Without memory for the old bytes those that need them fail. */
static void preserve_without_memory(struct volume_request *request)
{
	list_for_each (at, &request->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot_traces(snapshot, request->kind) && !snapshot->tracks_only)
			snapshot_fail(snapshot, -ENOMEM, "memory");
	}
	preserve_all(request, 0);
}

void preserve_start(struct volume_request *request)
{
	struct volume *volume = request->volume;
	struct extent missing = { 0 }, changed = { 0 };

	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot_traces(snapshot, request->kind))
			extent_add(snapshot->tracks_only ? &changed : &missing, request, snapshot);
	}
	if (missing.end == 0 && changed.end == 0) {
		preserve_settle(request);
		return;
	}
	store_waiter_arm(&request->preserved, preserved);
	if (missing.end == 0) {
		preserve_all(request, 0);
		return;
	}
	if (!scratch_take(request)) {
		preserve_without_memory(request);
		return;
	}
	request->cursor = missing.first;
	request->fault.old_end = missing.end;
	old_read_start(request);
}

/* Goes on when no snapshot's mark is on its way any more (promise 4). */
void preserve_settle(struct volume_request *request)
{
	list_for_each (at, &request->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->state == SNAPSHOT_FAILING) {
			list_append(&snapshot->waiting_for_mark, &request->link);
			return;
		}
	}
	if (request->snapshot)
		write_end(request, request->error);
	else
		origin_write(request);
}
