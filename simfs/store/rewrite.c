/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite.c - overwrites blocks of the store in place.
 *
 *   store_rewrite()           rewrites_go()
 *   ──────────────▶ WAITING ────────────────▶ UNDER WAY ─────────────────▶ SPARE
 *                      │  flag written,           │  failed                 ▲
 *                      │  segment sealed,         └────────▶ READ BACK ─────┤
 *                      │  both sums written                                 │
 *                      └────────────────────────────────────────────────────┘
 *                         no flag, no seal possible, sums not written: an error
 *
 * Invariants (5) of store.h and (1) of sums.h say what it waits for. A rewrite that must wait
 * requests it itself; each superblock or segment that was written checks the waiting ones
 * again. A failed rewrite may have taken effect, or in part: its units are read back, and
 * their content becomes valid.
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"

static void rewrite_end(struct rewrite *rewrite, int result)
{
	free(rewrite->many_sums);
	free(rewrite->found);
	rewrite->sums = rewrite->many_sums = NULL;
	rewrite->found = NULL;
	list_append(&rewrite->store->rewrites_spare, &rewrite->link);
	store_answer(rewrite->store, rewrite->waiter, result);
}

/* Ends REWRITE; its units are settled unless they could not be read back. */
static void rewrite_settle(struct rewrite *rewrite, int result, bool is_settled)
{
	list_remove(&rewrite->link);
	/* Otherwise opening the store after a kill reads them back once more. */
	if (is_settled)
		(void)sums_file_write(rewrite->store, rewrite->unit, rewrite->unit_count, NULL);
	rewrite_end(rewrite, result);
	store_answers_go(rewrite->store);
}

static void looked_at(struct blockio_request *request, int result)
{
	struct rewrite *rewrite = CONTAINER_OF(request, struct rewrite, request);
	const char *unit = rewrite->found;

	for (uint32_t i = 0; i < rewrite->unit_count; i++)
		sums_set(&rewrite->store->sums, rewrite->unit + i,
			result < 0 ? SUM_UNSETTLED : unit_sum(unit + (size_t)i * STORE_UNIT_BYTES));
	rewrite_settle(rewrite, rewrite->error, result == 0);
}

static void look_at(struct rewrite *rewrite)
{
	size_t length = (size_t)rewrite->unit_count * STORE_UNIT_BYTES;

	if (posix_memalign(&rewrite->found, BLOCKIO_ALIGNMENT_MAX, length) != 0) {
		rewrite->found = NULL;
		for (uint32_t i = 0; i < rewrite->unit_count; i++)
			sums_set(&rewrite->store->sums, rewrite->unit + i, SUM_UNSETTLED);
		rewrite_settle(rewrite, rewrite->error, false);
		return;
	}
	rewrite->request.done = looked_at;
	blockio_start(rewrite->store->io, &rewrite->request, BLOCKIO_READ,
		rewrite->unit * STORE_UNIT_BYTES, rewrite->found, length);
}

static void rewrite_done(struct blockio_request *request, int result)
{
	struct rewrite *rewrite = CONTAINER_OF(request, struct rewrite, request);

	if (result < 0) {
		rewrite->error = result;
		look_at(rewrite);
		return;
	}
	for (uint32_t i = 0; i < rewrite->unit_count; i++)
		sums_set(&rewrite->store->sums, rewrite->unit + i, rewrite->sums[i]);
	rewrite_settle(rewrite, 0, true);
}

static bool meets(const struct rewrite *rewrite, uint64_t first, uint64_t end)
{
	return rewrite->unit < end && first < rewrite->unit + rewrite->unit_count;
}

bool rewrites_meet(const struct store *store, uint64_t first, uint64_t end)
{
	list_for_each (at, &store->rewrites_under_way) {
		if (meets(CONTAINER_OF(at, struct rewrite, link), first, end))
			return true;
	}
	return false;
}

bool rewrites_sum_checks(struct store *store, uint64_t unit, uint32_t sum)
{
	if (sums_get(&store->sums, unit) == sum)
		return true;
	if (sums_get(&store->sums, unit) == SUM_UNSETTLED &&
		!rewrites_meet(store, unit, unit + 1)) {
		sums_set(&store->sums, unit, sum);
		(void)sums_file_write(store, unit, 1, NULL);
		return true;
	}
	list_for_each (at, &store->rewrites_under_way) {
		const struct rewrite *rewrite = CONTAINER_OF(at, struct rewrite, link);

		if (meets(rewrite, unit, unit + 1))
			return rewrite->sums[unit - rewrite->unit] == sum;
	}
	return false;
}

/* Starts REWRITE, which has nothing left to wait for. */
static void rewrite_start(struct rewrite *rewrite)
{
	struct store *store = rewrite->store;
	const char *bytes = rewrite->request.single.iov_base;
	int error = 0;

	/* Two that overlap could leave content that neither has written. */
	MUST(!rewrites_meet(store, rewrite->unit, rewrite->unit + rewrite->unit_count));
	rewrite->sums = rewrite->few_sums;
	if (rewrite->unit_count * sizeof *rewrite->sums > sizeof rewrite->few_sums)
		rewrite->sums = rewrite->many_sums = malloc(
			rewrite->unit_count * sizeof *rewrite->sums);
	if (!rewrite->sums)
		error = -ENOMEM;
	for (uint32_t i = 0; i < rewrite->unit_count && error == 0; i++)
		rewrite->sums[i] = unit_sum(bytes + (size_t)i * STORE_UNIT_BYTES);
	store_hashed(store, (uint64_t)rewrite->unit_count * STORE_UNIT_BYTES);
	if (error == 0)
		error = sums_file_write(store, rewrite->unit, rewrite->unit_count, rewrite->sums);
	if (error < 0) {
		rewrite_end(rewrite, error);
		return;
	}
	list_append(&store->rewrites_under_way, &rewrite->link);
	reads_race(store, rewrite->unit, rewrite->unit + rewrite->unit_count);
	blockio_submit(store->io, &rewrite->request);
}

/* Starts REWRITE, requests what it must wait for, or fails it. */
static void rewrite_go(struct rewrite *rewrite)
{
	struct store *store = rewrite->store;
	int error = 0;

	/* Before the flag says that the file exists. */
	if (!store->is_rewritten)
		error = sums_file_open(store);
	if (error < 0) {
		rewrite_end(rewrite, error);
	} else if (!(store->superblock.flags_on_disk & STORE_FLAG_REWRITTEN)) {
		list_append(&store->rewrites_waiting, &rewrite->link);
		if (!store->is_rewritten) {
			store->is_rewritten = store->has_sums_file = true;
			superblock_write(store);
		}
	} else if (rewrite->unit + rewrite->unit_count <= store->sealed_unit) {
		rewrite_start(rewrite);
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

	/* rewrite_go() puts back those that must still wait. */
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
	uint64_t offset = store_offset(store, block) + within_bytes;

	MUST(store_has_data(store, block) && length_bytes > 0);
	MUST((within_bytes | length_bytes) % STORE_UNIT_BYTES == 0);
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
			.offset = offset,
			.single = { .iov_base = data, .iov_len = length_bytes },
			.iov_count = 1,
		},
		.store = store,
		.waiter = waiter,
		.unit = offset / STORE_UNIT_BYTES,
		.unit_count = length_bytes / STORE_UNIT_BYTES,
	};
	rewrite->request.iov = &rewrite->request.single;
	rewrite_go(rewrite);
	store_answers_later(store);
}
