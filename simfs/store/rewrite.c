/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite.c - writes into blocks that the store has, in place.
 *
 *   store_rewrite()                 rewrites_go()
 *   ──────────────▶ WAITING ─────────────────────────▶ UNDER WAY ──▶ SPARE
 *                      │   flag written, segment sealed               ▲
 *                      └──────────────────────────────────────────────┘
 *                          no flag, or no seal any more: an error
 *
 * What it waits for is invariant (5) of store.h.  A rewrite that must wait asks
 * for that itself; each superblock and segment that was written looks again.
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/store/store_internal.h"

static void rewrite_end(struct rewrite *rewrite, int result)
{
	list_append(&rewrite->store->rewrites_spare, &rewrite->link);
	store_answer(rewrite->store, rewrite->waiter, result);
}

static void rewrite_done(struct blockio_request *request, int result)
{
	struct rewrite *rewrite = CONTAINER_OF(request, struct rewrite, request);

	list_remove(&rewrite->link);
	rewrite_end(rewrite, result);
	store_answers_go(rewrite->store);
}

static uint64_t rewrite_end_offset(const struct rewrite *rewrite)
{
	return rewrite->request.offset + rewrite->request.single.iov_len;
}

/* Starts REWRITE, asks for what it has to wait for, or ends it. */
static void rewrite_go(struct rewrite *rewrite)
{
	struct store *store = rewrite->store;

	if (!(store->superblock.flags_on_disk & STORE_FLAG_REWRITTEN)) {
		list_append(&store->rewrites_waiting, &rewrite->link);
		if (!store->is_rewritten) {
			store->is_rewritten = true;
			superblock_write(store);
		}
	} else if (rewrite_end_offset(rewrite) <= store->sealed_unit * STORE_UNIT_BYTES) {
		list_append(&store->rewrites_under_way, &rewrite->link);
		blockio_submit(store->io, &rewrite->request);
	} else if (store->error < 0) {
		rewrite_end(rewrite, store->error);
	} else {
		list_append(&store->rewrites_waiting, &rewrite->link);
		segment_seal(store);
	}
}

void rewrites_go(struct store *store)
{
	struct list waiting;
	struct list *link;

	/* Those that still have to wait are put back. */
	list_init(&waiting);
	list_splice(&waiting, &store->rewrites_waiting);
	while ((link = list_pop(&waiting)))
		rewrite_go(CONTAINER_OF(link, struct rewrite, link));
}

void rewrites_fail(struct store *store, int error)
{
	struct list waiting;
	struct list *link;

	list_init(&waiting);
	list_splice(&waiting, &store->rewrites_waiting);
	while ((link = list_pop(&waiting)))
		rewrite_end(CONTAINER_OF(link, struct rewrite, link), error);
}

static struct rewrite *rewrite_new(struct store *store)
{
	struct list *link = list_pop(&store->rewrites_spare);

	return link ? CONTAINER_OF(link, struct rewrite, link) : malloc(sizeof(struct rewrite));
}

uint64_t store_run_bytes(const struct store *store, uint64_t block, uint64_t enough_bytes)
{
	uint64_t position = store_offset(store, block);
	uint64_t run = store->facts.block_bytes;

	while (run < enough_bytes && store_offset(store, ++block) == position + run)
		run += store->facts.block_bytes;
	return run;
}

void store_rewrite(struct store *store, uint64_t block, uint32_t within_bytes, void *data,
	uint32_t length_bytes, struct store_waiter *waiter)
{
	struct rewrite *rewrite = rewrite_new(store);

	MUST(store_has_data(store, block) && length_bytes > 0);
	MUST((uint64_t)within_bytes + length_bytes <= store_run_bytes(store, block, length_bytes));
	store_waiter_add(waiter);
	if (!rewrite) {
		store_answer(store, waiter, -ENOMEM);
		store_answers_later(store);
		return;
	}
	*rewrite = (struct rewrite){
		.request = {
			.done = rewrite_done,
			.kind = BLOCKIO_WRITE,
			.offset = store_offset(store, block) + within_bytes,
			.single = { .iov_base = data, .iov_len = length_bytes },
			.iov_count = 1,
		},
		.store = store,
		.waiter = waiter,
	};
	rewrite->request.iov = &rewrite->request.single;
	list_init(&rewrite->link);
	rewrite_go(rewrite);
	store_answers_later(store);
}
