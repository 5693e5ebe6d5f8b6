/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faulty.c - one transfer that a fault strikes.
 *
 *	             ┌─ FAULT_ANSWERS ─▶ (the next tick) ─▶ answered
 *	struck ──────┼─ FAULT_WAITS ─▶ (waits) ─▶ pass_go: continues unchanged
 *	             └─ FAULT_GOES_ON ─▶ another transfer in its place ─▶ answered
 *
 * The replacement has its own memory: the bytes being written are shared with others who
 * preserve them, and must not change.
 */
#include "simfs/blockio/faulty.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"

/* The longest name of a snapshot, with its terminator. */
#define NAME_BYTES 80

struct faulty {
	struct blockio io;
	struct blockio_ops ops;
	struct blockio *next;
	bool owns_next;
	struct fault_site *site;
	bool is_store;
	char snapshot[NAME_BYTES];
};

struct transfer {
	struct faulty *faulty;
	struct blockio_request *outer;
	struct blockio_request inner;
	struct fault_decision decision;
	struct fault_wait wait;
	int result;
	size_t length;
	char *bytes;
	struct list link;
};

static struct faulty *faulty_of(struct blockio *io)
{
	return CONTAINER_OF(io, struct faulty, io);
}

/* ---- bytes ---- */

static size_t request_length(const struct blockio_request *request)
{
	size_t length = 0;

	for (unsigned i = 0; i < request->iov_count; i++)
		length += request->iov[i].iov_len;
	return length;
}

static void pass(struct faulty *faulty, struct blockio_request *request)
{
	blockio_count(faulty->io.counts, request->kind, request_length(request));
	blockio_pass(faulty->next, request);
}

static void gather(struct transfer *transfer)
{
	char *at = transfer->bytes;

	for (unsigned i = 0; i < transfer->outer->iov_count; i++) {
		memcpy(at, transfer->outer->iov[i].iov_base, transfer->outer->iov[i].iov_len);
		at += transfer->outer->iov[i].iov_len;
	}
}

static void scatter(const struct transfer *transfer)
{
	const char *at = transfer->bytes;

	for (unsigned i = 0; i < transfer->outer->iov_count; i++) {
		memcpy(transfer->outer->iov[i].iov_base, at, transfer->outer->iov[i].iov_len);
		at += transfer->outer->iov[i].iov_len;
	}
}

/* ---- the stages of a transfer ---- */

static void transfer_free(struct transfer *transfer)
{
	list_remove(&transfer->link);
	free(transfer->bytes);
	free(transfer);
}

static void transfer_answer(struct transfer *transfer)
{
	struct blockio_request *outer = transfer->outer;
	int result = transfer->result;

	transfer_free(transfer);
	blockio_end(outer, result);
}

static void answer_go(struct fault_wait *wait)
{
	transfer_answer(CONTAINER_OF(wait, struct transfer, wait));
}

static void answer_later(struct transfer *transfer, int result)
{
	transfer->result = result;
	fault_wait_tick(transfer->faulty->site, &transfer->wait, answer_go);
}

static void pass_go(struct fault_wait *wait)
{
	struct transfer *transfer = CONTAINER_OF(wait, struct transfer, wait);
	struct faulty *faulty = transfer->faulty;
	struct blockio_request *outer = transfer->outer;

	transfer_free(transfer);
	pass(faulty, outer);
}

static void changed_done(struct blockio_request *inner, int result)
{
	struct transfer *transfer = CONTAINER_OF(inner, struct transfer, inner);

	transfer->result = result;
	if (result == 0 && inner->kind == BLOCKIO_READ) {
		fault_spoil(&transfer->decision, transfer->bytes, transfer->length);
		scatter(transfer);
	}
	transfer_answer(transfer);
}

static void change(struct transfer *transfer)
{
	struct faulty *faulty = transfer->faulty;
	struct blockio_request *outer = transfer->outer;
	struct fault_move move = {
		.room = { .size_bytes = faulty->io.size_bytes,
			.unit_bytes = faulty->io.alignment_bytes,
			.step_min_bytes = faulty->io.alignment_bytes,
			.wraps = !faulty->is_store },
		.offset = outer->offset,
		.length = request_length(outer),
	};
	void *bytes;

	if (posix_memalign(&bytes, BLOCKIO_ALIGNMENT_MAX, move.length) != 0) {
		answer_later(transfer, -ENOMEM);
		return;
	}
	transfer->bytes = bytes;
	transfer->length = move.length;
	if (outer->kind == BLOCKIO_WRITE) {
		gather(transfer);
		move.written = bytes;
	}
	fault_change(&transfer->decision, &move);
	if (move.length == 0) {
		answer_later(transfer, 0);
		return;
	}
	transfer->inner.done = changed_done;
	blockio_count(faulty->io.counts, outer->kind, move.length);
	blockio_start(faulty->next, &transfer->inner, outer->kind, move.offset, bytes, move.length);
}

static void act(struct transfer *transfer)
{
	const struct fault_decision *decision = &transfer->decision;

	switch (fault_act_at(decision->action)->course) {
	case FAULT_ANSWERS:
		answer_later(transfer, decision->error);
		break;
	case FAULT_WAITS:
		fault_wait_for(transfer->faulty->site, &transfer->wait, decision, pass_go);
		break;
	case FAULT_GOES_ON:
		MUST(fault_changes(decision));
		change(transfer);
		break;
	case FAULT_DIES:
		MUST(false);
	}
}

/* ---- striking ---- */

static enum fault_point point_of(const struct faulty *faulty, enum blockio_kind kind)
{
	static const enum fault_point points[][BLOCKIO_FLUSH + 1] = {
		{ FAULT_ORIGIN_READ, FAULT_ORIGIN_WRITE, FAULT_POINTS },
		{ FAULT_POINTS, FAULT_STORE_APPEND, FAULT_STORE_FLUSH },
		{ FAULT_STORE_RECOVER, FAULT_STORE_APPEND, FAULT_STORE_FLUSH },
	};

	if (kind > BLOCKIO_FLUSH)
		return FAULT_POINTS;
	return points[!faulty->is_store ? 0 : faulty->site->has_served ? 1 : 2][kind];
}

static bool strikes(struct faulty *faulty, struct blockio_request *request, enum fault_point point)
{
	struct fault_context context = {
		.snapshot = faulty->snapshot[0] ? faulty->snapshot : NULL,
		.offset = request->offset,
		.length = request_length(request),
	};
	struct fault_decision decision;
	struct transfer *transfer;

	if (!fault_site_decide(faulty->site, point, &context, &decision))
		return false;
	/* Without memory, the fault does not strike: the rig has other troubles. */
	transfer = calloc(1, sizeof *transfer);
	if (!transfer)
		return false;
	transfer->faulty = faulty;
	transfer->outer = request;
	transfer->decision = decision;
	list_append(&faulty->site->transfers, &transfer->link);
	act(transfer);
	return true;
}

static void faulty_submit(struct blockio *io, struct blockio_request *request)
{
	struct faulty *faulty = faulty_of(io);
	enum fault_point point = point_of(faulty, request->kind);

	if (fault_is_armed(&faulty->site->plane, point) && strikes(faulty, request, point))
		return;
	pass(faulty, request);
}

/* ---- passing the rest through ---- */

static int faulty_resize(struct blockio *io, uint64_t size_bytes)
{
	struct blockio *next = faulty_of(io)->next;
	int error = next->ops->resize(next, size_bytes);

	io->size_bytes = next->size_bytes;
	io->known_bytes = next->known_bytes;
	return error;
}

static void faulty_reserve(
	struct blockio *io, uint64_t end_bytes, uint64_t limit_bytes, enum blockio_room room)
{
	struct blockio *next = faulty_of(io)->next;

	next->ops->reserve(next, end_bytes, limit_bytes, room);
}

static void faulty_know(struct blockio *io)
{
	blockio_know(faulty_of(io)->next, io->known_bytes);
}

/* WHICH is `look` or `settle` of the backend behind IO. */
static int ask(struct blockio *io, int (*which)(struct blockio *io, struct blockio_facts *ret),
	struct blockio_facts *ret)
{
	struct blockio *next = faulty_of(io)->next;
	int error = which(next, ret);

	io->is_lossy = next->is_lossy;
	io->lost_from = next->lost_from;
	return error;
}

static int faulty_look(struct blockio *io, struct blockio_facts *ret)
{
	return ask(io, faulty_of(io)->next->ops->look, ret);
}

static int faulty_settle(struct blockio *io, struct blockio_facts *ret)
{
	return ask(io, faulty_of(io)->next->ops->settle, ret);
}

static bool faulty_next_data(
	struct blockio *io, uint64_t from, uint64_t *ret_first, uint64_t *ret_end)
{
	struct blockio *next = faulty_of(io)->next;

	return next->ops->next_data(next, from, ret_first, ret_end);
}

static void faulty_step(struct blockio *io)
{
	struct faulty *faulty = faulty_of(io);

	if (!fault_site_tick(faulty->site))
		faulty->next->ops->step(faulty->next);
}

static void faulty_destroy(struct blockio *io)
{
	struct faulty *faulty = faulty_of(io);

	faulty->next->counts = NULL;
	if (faulty->owns_next)
		blockio_destroy(faulty->next);
	free(faulty);
}

static void faulty_abandon(struct blockio *io)
{
	struct faulty *faulty = faulty_of(io);

	faulty->next->counts = NULL;
	if (faulty->owns_next)
		blockio_abandon(faulty->next);
	free(faulty);
}

static struct faulty *faulty_new(
	struct fault_site *site, struct blockio_counts *counts, struct blockio *next)
{
	struct faulty *faulty = calloc(1, sizeof *faulty);

	if (!faulty)
		return NULL;
	faulty->ops = (struct blockio_ops){
		.name = "faulty",
		.submit = faulty_submit,
		.resize = faulty_resize,
		.reserve = next->ops->reserve ? faulty_reserve : NULL,
		.know = faulty_know,
		.look = next->ops->look ? faulty_look : NULL,
		.settle = next->ops->settle ? faulty_settle : NULL,
		.next_data = next->ops->next_data ? faulty_next_data : NULL,
		.step = faulty_step,
		.destroy = faulty_destroy,
		.abandon = faulty_abandon,
	};
	next->counts = counts;
	faulty->io = *next;
	faulty->io.ops = &faulty->ops;
	faulty->next = next;
	faulty->site = site;
	return faulty;
}

int faulty_image_create(struct fault_site *site, struct blockio_counts *counts,
	struct blockio *next, struct blockio **ret)
{
	struct faulty *faulty = faulty_new(site, counts, next);

	if (!faulty)
		return -ENOMEM;
	*ret = &faulty->io;
	return 0;
}

int faulty_store_create(struct fault_site *site, struct blockio_counts *counts,
	const char *snapshot, struct blockio *next, struct blockio **ret)
{
	struct faulty *faulty = faulty_new(site, counts, next);

	if (!faulty)
		return -ENOMEM;
	faulty->owns_next = true;
	faulty->is_store = true;
	snprintf(faulty->snapshot, sizeof faulty->snapshot, "%s", snapshot);
	*ret = &faulty->io;
	return 0;
}

void faulty_store_rename(struct blockio *io, const char *snapshot)
{
	struct faulty *faulty = faulty_of(io);

	MUST(faulty->is_store);
	snprintf(faulty->snapshot, sizeof faulty->snapshot, "%s", snapshot);
}

void faulty_forget(struct fault_site *site)
{
	while (!list_empty(&site->transfers))
		transfer_free(CONTAINER_OF(site->transfers.next, struct transfer, link));
}
