/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answers.c - tells waiters their results, once the store's state is settled.
 *
 *	            last count goes                    store_answers_go()
 *	COUNTED ───────────────────────▶ QUEUED ─────────────────────────────▶ done()
 *	                                   │ in a call, not a completion
 *	                                   └──▶ a BLOCKIO_NOTHING ─────▶ ┘
 *
 *  (1) A waiter's result is fixed when it is queued: nothing that an earlier answer does to
 *      the store changes it.
 *  (2) `done` runs only from the event loop, after the store has done all it has to do for
 *      the current completion. So it may call any function of the store, and never interrupts
 *      its caller or the store in the middle of something.
 *  (3) Answers queued during an answer follow it; they are never nested.
 *  (4) The last answer may destroy the store, which is freed when it returns.
 */
#include "simfs/base/check.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"

void store_answer(struct store *store, struct store_waiter *waiter, int error)
{
	MUST(waiter->pending > 0);
	if (error < 0 && waiter->error == 0)
		waiter->error = error;
	if (--waiter->pending > 0)
		return;
	MUST(!waiter->is_listed);
	waiter->is_listed = true;
	list_append(&store->answers, &waiter->link);
}

/* The next waiter to tell, or NULL. */
static struct store_waiter *next_answer(struct store *store)
{
	struct list *link = list_pop(&store->answers);

	/* One at a time: it may start something that the next one must wait for, too. */
	if (!link && store_idle(store)) {
		link = list_pop(&store->wanting_idle);
		/* The count of store_quiesce(); the waiter may be armed again. */
		if (link)
			CONTAINER_OF(link, struct store_waiter, link)->pending--;
	}
	return link ? CONTAINER_OF(link, struct store_waiter, link) : NULL;
}

void store_answers_go(struct store *store)
{
	struct store_waiter *waiter;

	/* This completion came while an answer blocks in the event loop: the outer call
	 * continues. */
	if (store->is_answering)
		return;
	store->is_answering = true;
	while (!store->is_destroyed && (waiter = next_answer(store))) {
		waiter->is_listed = false;
		store_waiter_end(waiter);
	}
	store->is_answering = false;
	if (store->is_destroyed)
		store_destroy(store);
}

static void nothing_done(struct blockio_request *request, int result)
{
	struct store *store = CONTAINER_OF(request, struct store, nothing);

	(void)result;
	store->is_nothing_under_way = false;
	flight_go(store);
	store_answers_go(store);
}

void store_come_back(struct store *store)
{
	if (store->is_nothing_under_way)
		return;
	store->is_nothing_under_way = true;
	store->nothing.done = nothing_done;
	blockio_start(store->io, &store->nothing, BLOCKIO_NOTHING, 0, NULL, 0);
}

void store_answers_later(struct store *store)
{
	bool is_due = !list_empty(&store->answers) || !list_empty(&store->wanting_idle);

	if (is_due && !store->is_answering)
		store_come_back(store);
}

void store_quiesce(struct store *store, struct store_waiter *waiter)
{
	store_waiter_add(waiter);
	MUST(!waiter->is_listed);
	waiter->is_listed = true;
	list_append(&store->wanting_idle, &waiter->link);
	store_answers_later(store);
}
