/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.c - see the header.
 *
 * A block that was never written has no candidates: it has its original content.  Otherwise each
 * candidate is a write that the block may contain.  Starts and ends are numbered in one sequence:
 *
 *	a: 1 ─────── 3		b is acknowledged as 4: a had not ended when b
 *	b:     2 ─────── 4	began, so the block may contain either
 *	c:                 5 ── 6	c began after both ended: only c is left
 *
 * A write that failed, or is not acknowledged yet, has no end, and stays a candidate.
 */
#include "scenarios/judge/ledger.h"

#include <pthread.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/heap.h"

#define NO_END UINT64_MAX

struct candidate {
	struct candidate *next;
	uint64_t hash;
	uint64_t begun; /* 0: the original content */
	uint64_t ended;
};

struct ledger {
	pthread_mutex_t lock;
	struct digest *expected;       /* protected by lock, like everything below */
	struct candidate **candidates; /* of each block */
	uint64_t count;		       /* of starts and ends */
};

struct ledger *ledger_create(struct digest *before)
{
	struct ledger *ledger = heap_new(sizeof *ledger);

	pthread_mutex_init(&ledger->lock, NULL);
	ledger->expected = before;
	ledger->candidates = heap_new((before->block_count + 1) * sizeof *ledger->candidates);
	return ledger;
}

static void candidates_drop(struct candidate **at)
{
	while (*at) {
		struct candidate *gone = *at;

		*at = gone->next;
		free(gone);
	}
}

void ledger_destroy(struct ledger *ledger)
{
	if (!ledger)
		return;
	for (size_t block = 0; block < ledger->expected->block_count; block++)
		candidates_drop(&ledger->candidates[block]);
	pthread_mutex_destroy(&ledger->lock);
	digest_destroy(ledger->expected);
	free(ledger->candidates);
	free(ledger);
}

static void candidate_add(struct candidate **list, uint64_t hash, uint64_t begun, uint64_t ended)
{
	struct candidate *candidate = heap_new(sizeof *candidate);

	*candidate = (struct candidate){
		.next = *list,
		.hash = hash,
		.begun = begun,
		.ended = ended,
	};
	*list = candidate;
}

uint64_t ledger_begin(struct ledger *ledger, size_t block, uint64_t hash)
{
	uint64_t write;

	pthread_mutex_lock(&ledger->lock);
	write = ++ledger->count;
	if (block < ledger->expected->block_count) {
		struct candidate **list = &ledger->candidates[block];

		if (!*list)
			candidate_add(list, ledger->expected->hashes[block], 0, 0);
		candidate_add(list, hash, write, NO_END);
	}
	pthread_mutex_unlock(&ledger->lock);
	return write;
}

/* Removes the candidates that had ended before BEGUN. */
static void supersede(struct candidate **at, uint64_t begun)
{
	while (*at) {
		struct candidate *candidate = *at;

		if (candidate->ended >= begun) {
			at = &candidate->next;
			continue;
		}
		*at = candidate->next;
		free(candidate);
	}
}

/* If the only candidate has ended, no other write is in flight: the content is certain. */
static void settle(struct ledger *ledger, size_t block)
{
	struct candidate *only = ledger->candidates[block];

	if (!only || only->next || only->ended == NO_END)
		return;
	ledger->expected->hashes[block] = only->hash;
	candidates_drop(&ledger->candidates[block]);
}

void ledger_acknowledge(struct ledger *ledger, size_t block, uint64_t write)
{
	pthread_mutex_lock(&ledger->lock);
	if (block < ledger->expected->block_count) {
		struct candidate *own = ledger->candidates[block];

		while (own && own->begun != write)
			own = own->next;
		if (own) {
			own->ended = ++ledger->count;
			supersede(&ledger->candidates[block], write);
			settle(ledger, block);
		}
	}
	pthread_mutex_unlock(&ledger->lock);
}

void ledger_doubts(struct ledger *ledger, struct doubts *ret)
{
	*ret = (struct doubts){ 0 };
	pthread_mutex_lock(&ledger->lock);
	for (size_t block = 0; block < ledger->expected->block_count; block++) {
		for (const struct candidate *at = ledger->candidates[block]; at; at = at->next) {
			ret->items = heap_grow(ret->items, ret->count, sizeof *ret->items);
			ret->items[ret->count++] = (struct doubt){ block, at->hash };
		}
	}
	pthread_mutex_unlock(&ledger->lock);
}

void ledger_grow(struct ledger *ledger, uint64_t size_bytes)
{
	pthread_mutex_lock(&ledger->lock);

	size_t before = ledger->expected->block_count, count;

	digest_grow(ledger->expected, size_bytes);
	count = ledger->expected->block_count;
	ledger->candidates = realloc(ledger->candidates, (count + 1) * sizeof *ledger->candidates);
	MUST(ledger->candidates);
	for (size_t block = before; block < count; block++)
		ledger->candidates[block] = NULL;
	pthread_mutex_unlock(&ledger->lock);
}

/* If HASH is one of the possible contents of BLOCK, makes it the expected one. */
static void block_look(struct ledger *ledger, size_t block, uint64_t hash)
{
	const struct candidate *any = ledger->candidates[block];
	bool may_change = false, is_one = false;

	if (!any)
		return;
	for (const struct candidate *at = any; at; at = at->next) {
		is_one |= at->hash == hash;
		may_change |= at->ended == NO_END;
	}
	/* If it is none of them, expects any of them, as the original content may no longer be
	 * one. */
	ledger->expected->hashes[block] = is_one ? hash : any->hash;
	/* It cannot change any more: from now on, only this content is right. */
	if (is_one && !may_change)
		candidates_drop(&ledger->candidates[block]);
}

void ledger_compare(struct ledger *ledger, const struct digest *met, struct comparison *ret)
{
	pthread_mutex_lock(&ledger->lock);
	for (size_t block = 0; block < met->block_count && block < ledger->expected->block_count;
		block++)
		block_look(ledger, block, met->hashes[block]);
	digest_compare(ledger->expected, met, NULL, ret);
	pthread_mutex_unlock(&ledger->lock);
}
