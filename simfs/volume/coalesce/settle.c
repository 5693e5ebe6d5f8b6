/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle.c - makes the removal of a merged leaf durable.
 *
 *	its file is removed ─▶ its parent is the head ─▶ writers go on ─▶ folder synced ─▶ merge_end
 *	                                                   └─ flushes wait ───────┘
 *
 *  (1) A power cut before the sync may bring the leaf back as it was merged; it would hide
 *      what was written to its parent since. So no flush of that is acknowledged before.
 *      Writers need not wait, however slow the disk is.
 *  (2) Until then the chain is locked: no node gets a child, so that the leaf is still its
 *      parent's only child if it comes back.
 *  (3) After a failed sync nothing is certain: each later flush retries, and fails if that
 *      fails.
 */
#include "simfs/base/check.h"
#include "simfs/base/log.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/chain.h"
#include "simfs/volume/coalesce/merge.h"
#include "simfs/volume/request.h"

static void settle(struct chain *chain);

static void flushes_go(struct chain *chain, int result)
{
	struct list flushes;
	struct list *link;

	list_init(&flushes);
	list_splice(&flushes, &chain->coalesce.flushes);
	while ((link = list_pop(&flushes))) {
		struct volume_request *request = CONTAINER_OF(link, struct volume_request, link);

		if (result < 0)
			chain_flush_end(request, result);
		else
			chain_flush(request);
	}
}

static void settled(struct blockio_request *io, int result)
{
	struct chain *chain = CONTAINER_OF(io, struct chain, coalesce.settle_io);
	struct coalesce *coalesce = &chain->coalesce;
	bool has_merge = coalesce->has_merge_to_settle;

	coalesce->is_settling = false;
	if (coalesce->must_settle_again) {
		coalesce->must_settle_again = false;
		settle(chain);
		return;
	}
	coalesce->is_unsettled = result < 0;
	coalesce->has_merge_to_settle = false;
	if (result < 0)
		log_error_code(result, "cannot make the removal of a merged node durable");
	flushes_go(chain, result);
	if (has_merge)
		merge_end(chain, 0);
}

static void settle(struct chain *chain)
{
	struct blockio_folder *folder = chain->volume->folder;

	MUST(!chain->coalesce.is_settling);
	chain->coalesce.is_settling = true;
	chain->coalesce.settle_io.done = settled;
	folder->ops->start_sync(folder, &chain->coalesce.settle_io);
}

void settle_begin(struct chain *chain)
{
	struct coalesce *coalesce = &chain->coalesce;

	MUST(coalesce->is_leaf && !coalesce->has_timed_out);
	coalesce->is_leaf = false;
	coalesce->is_locked = true;
	coalesce->is_unsettled = coalesce->has_merge_to_settle = true;
	/* A flush may be retrying after a failed sync, started before this leaf was removed. */
	if (coalesce->is_settling)
		coalesce->must_settle_again = true;
	else
		settle(chain);
	volume_barrier_end(chain->volume, &coalesce->barrier);
}

bool settle_parks(struct chain *chain, struct volume_request *request)
{
	struct coalesce *coalesce = &chain->coalesce;

	if (!coalesce->is_unsettled)
		return false;
	list_append(&coalesce->flushes, &request->link);
	if (!coalesce->is_settling)
		settle(chain);
	return true;
}
