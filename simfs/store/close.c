/* SPDX-License-Identifier: Apache-2.0 */
/*
 * close.c - closes a store cleanly.
 *
 *	summary ─▶ idle ─▶ truncated to its end ─▶ flushed ─▶ its sums flushed ─▶ superblock: clean
 *		─▶ (durable: flushed)
 *
 * Each step waits for the disk, which completes many flushes at once about as fast as one. So
 * a caller that closes many stores starts many of these.
 */
#include "simfs/base/check.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"

static void end(struct store_closing *closing, int error)
{
	closing->done(closing, error);
}

/* Starts the next step: a request on IO, with NEXT after it; or ends if the previous step
 * failed. */
static void go(struct store_closing *closing, int error, struct blockio *io, enum blockio_kind kind,
	void (*next)(struct store_closing *closing, int error))
{
	struct store *store = closing->store;
	bool is_write = kind == BLOCKIO_WRITE;

	if (error < 0) {
		end(closing, error);
		return;
	}
	closing->next = next;
	blockio_start(io, &closing->request, kind, 0, is_write ? store->superblock.unit : NULL,
		is_write ? STORE_UNIT_BYTES : 0);
}

static void request_done(struct blockio_request *request, int result)
{
	struct store_closing *closing = CONTAINER_OF(request, struct store_closing, request);

	closing->next(closing, result);
}

static void superblock_written(struct store_closing *closing, int error)
{
	struct store *store = closing->store;

	if (error == 0 && store->is_durable)
		go(closing, 0, store->io, BLOCKIO_FLUSH, end);
	else
		end(closing, error);
}

static void sums_flushed(struct store_closing *closing, int error)
{
	struct store *store = closing->store;

	if (error == 0) {
		store->is_rewritten = false;
		superblock_fill(store, STORE_FLAG_CLEAN);
	}
	go(closing, error, store->io, BLOCKIO_WRITE, superblock_written);
}

static void flushed(struct store_closing *closing, int error)
{
	struct store *store = closing->store;

	/* An earlier rig, since killed, may have written it, and this one only read it. */
	if (error == 0 && store->is_rewritten)
		error = sums_file_open(store);
	if (error == 0 && store->sums_file)
		go(closing, 0, store->sums_file, BLOCKIO_FLUSH, sums_flushed);
	else
		sums_flushed(closing, error);
}

static void cut(struct store_closing *closing)
{
	struct store *store = closing->store;

	/* Frees the space that was reserved but not used. */
	store->end_unit = store->acknowledged_end_unit;
	store->sequence = store->acknowledged_sequence;
	go(closing, store->io->ops->resize(store->io, store->end_unit * STORE_UNIT_BYTES),
		store->io, BLOCKIO_FLUSH, flushed);
}

/* If the summary did not fit, the next opening only takes longer. */
static void summarized(struct store_waiter *waiter, int error)
{
	(void)error;
	cut(CONTAINER_OF(waiter, struct store_closing, still));
}

void store_close_start(struct store *store, struct store_closing *closing)
{
	MUST(store_idle(store));
	closing->store = store;
	closing->request.done = request_done;
	if (store->error < 0 || !summary_is_wanted(store)) {
		cut(closing);
		return;
	}
	segment_summarize(store);
	store_waiter_arm(&closing->still, summarized);
	store_quiesce(store, &closing->still);
}

/* ---- a single close, waited for ---- */

struct closing_one {
	struct store_closing closing;
	bool has_ended;
	int error;
};

static void one_closed(struct store_closing *closing, int error)
{
	struct closing_one *one = CONTAINER_OF(closing, struct closing_one, closing);

	one->has_ended = true;
	one->error = error;
}

int store_close(struct store *store)
{
	struct closing_one one = { .closing = { .done = one_closed } };

	store_close_start(store, &one.closing);
	while (!one.has_ended)
		store->io->ops->step(store->io);
	return one.error;
}
