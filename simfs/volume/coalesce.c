/* SPDX-License-Identifier: Apache-2.0 */
/* coalesce.c - when the worker works, and on what. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/volume/chain.h"

static struct coalesce *of(struct chain *chain)
{
	return &chain->coalesce;
}

const char *coalesce_state_name(enum coalesce_state state)
{
	static const char *const names[] = {
		[COALESCE_IDLE] = "idle",
		[COALESCE_QUIET] = "quiet",
		[COALESCE_SCAN] = "scanning",
		[COALESCE_COPY] = "copying",
		[COALESCE_FLUSH] = "flushing",
		[COALESCE_RELINK] = "relinking",
		[COALESCE_LEAF_SNAPSHOT] = "leaf-snapshot",
	};

	return names[state];
}

void coalesce_init(struct chain *chain)
{
	of(chain)->due_ns = UINT64_MAX;
}

void coalesce_deinit(struct chain *chain)
{
	free(of(chain)->buffer);
	of(chain)->buffer = NULL;
}

void coalesce_say(struct chain *chain, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(of(chain)->message, sizeof of(chain)->message, format, arguments);
	va_end(arguments);
	chain_log(chain, "%s", of(chain)->message);
}

void coalesce_go(struct chain *chain, enum coalesce_state state, uint64_t pause_ns)
{
	of(chain)->state = state;
	of(chain)->due_ns = clock_now_ns() + pause_ns;
	/* Nobody ticks a volume that is being closed. */
	if (of(chain)->is_stopping)
		coalesce_tick(chain);
}

void coalesce_end(struct chain *chain)
{
	struct coalesce *coalesce = of(chain);

	if (!coalesce->abort_asked)
		chain_log(chain, "GC process exiting, no work left");
	coalesce->state = COALESCE_IDLE;
	coalesce->due_ns = UINT64_MAX;
	coalesce->abort_asked = false;
	free(coalesce->buffer);
	coalesce->buffer = NULL;
}

void coalesce_kick(struct chain *chain, bool now)
{
	struct coalesce *coalesce = of(chain);

	if (coalesce->is_stopping || (chain->volume->options.no_coalesce && !now))
		return;
	if (coalesce->state == COALESCE_QUIET && now)
		coalesce->due_ns = clock_now_ns();
	/* A worker that is at work goes on as long as it finds something. */
	if (coalesce->state != COALESCE_IDLE)
		return;
	for (unsigned level = 0; level < chain->depth; level++)
		chain->spine[level]->has_failed_to_coalesce = false;
	coalesce->message[0] = '\0';
	coalesce->tracker = (struct leaf_tracker){ 0 };
	coalesce->state = COALESCE_QUIET;
	coalesce->due_ns = clock_now_ns();
	if (coalesce->has_run && !now) {
		coalesce->due_ns += chain->profile->quiet_ns;
		chain_log(chain, "GC active, about to go quiet");
	}
	coalesce->has_run = true;
}

void coalesce_abort(struct chain *chain)
{
	struct coalesce *coalesce = of(chain);

	if (coalesce->state == COALESCE_IDLE)
		return;
	coalesce->abort_asked = true;
	if (coalesce->due_ns != UINT64_MAX)
		coalesce->due_ns = clock_now_ns();
}

void coalesce_stop(struct chain *chain)
{
	of(chain)->is_stopping = true;
	coalesce_abort(chain);
	coalesce_tick(chain);
}

bool coalesce_idle(const struct chain *chain)
{
	return chain->coalesce.state == COALESCE_IDLE;
}

uint64_t coalesce_due_ns(const struct chain *chain)
{
	return chain->coalesce.due_ns;
}

/* ---- what to do ---- */

/* Inline: hidden, and the only child of its parent (cleanup.py, isCoalesceable). */
static bool is_coalesceable(const struct chain *chain, unsigned level)
{
	/* What is half out of the chain must not get more data, nor may what its
	 * children name already go. */
	return level > 0 && level + 1 < chain->depth && !chain->spine[level + 1]->must_relink &&
	       !chain->spine[level - 1]->must_relink &&
	       node_snapshots(chain, chain->spine[level - 1]) == 0;
}

bool coalesce_leaf_is_candidate(const struct chain *chain)
{
	return chain->depth > 1 && !chain->spine[chain->depth - 2]->must_relink &&
	       node_snapshots(chain, chain->spine[chain->depth - 2]) == 0;
}

unsigned coalesce_candidates(const struct chain *chain)
{
	unsigned count = coalesce_leaf_is_candidate(chain);

	for (unsigned level = 1; level + 1 < chain->depth; level++)
		count += is_coalesceable(chain, level);
	return count;
}

static bool has_room(struct chain *chain, unsigned level)
{
	uint64_t demand = space_merge_demand_bytes(chain, level);
	uint64_t free_bytes = space_free_bytes(chain);
	char text[NODE_TEXT_BYTES];

	if (demand <= free_bytes)
		return true;
	coalesce_say(chain, "No space to %s %s (free space: %" PRIu64 ", need: %" PRIu64 ")",
		level + 1 < chain->depth ? "coalesce" : "leaf-coalesce",
		node_text(chain, chain->spine[level], text, sizeof text), free_bytes, demand);
	return false;
}

/* One volume is one tree, so the tallest one is first: its nodes from the root on. */
static void scan(struct chain *chain)
{
	bool lacked_room = false;

	for (unsigned level = 1; level < chain->depth; level++) {
		struct node *node = chain->spine[level];
		bool is_leaf = level + 1 == chain->depth;

		if (node->has_failed_to_coalesce || !(is_leaf ? coalesce_leaf_is_candidate(chain)
							      : is_coalesceable(chain, level)))
			continue;
		if (!has_room(chain, level)) {
			lacked_room = true;
			continue;
		}
		if (is_leaf)
			leaf_begin(chain);
		else
			merge_begin(chain, node, false);
		return;
	}
	if (lacked_room)
		chain_log(chain, "SM_GC_NO_SPACE: Unable to perform data coalesce due to a lack of "
				 "space in SR");
	coalesce_end(chain);
}

static void quiet_end(struct chain *chain)
{
	chain_log(chain, "quiet period ended");
	if (coalesce_candidates(chain) > 0)
		coalesce_go(chain, COALESCE_SCAN, 0);
	else
		coalesce_end(chain);
}

static void nothing(struct chain *chain)
{
	(void)chain;
}

void coalesce_tick(struct chain *chain)
{
	static void (*const steps[])(struct chain *) = {
		[COALESCE_IDLE] = nothing,
		[COALESCE_QUIET] = quiet_end,
		[COALESCE_SCAN] = scan,
		[COALESCE_COPY] = merge_copy,
		[COALESCE_FLUSH] = merge_flush,
		[COALESCE_RELINK] = merge_relink,
		[COALESCE_LEAF_SNAPSHOT] = nothing,
	};
	struct coalesce *coalesce = of(chain);
	bool is_between = coalesce->state == COALESCE_QUIET || coalesce->state == COALESCE_SCAN;

	if (coalesce->due_ns == UINT64_MAX || coalesce->due_ns > clock_now_ns())
		return;
	coalesce->due_ns = UINT64_MAX;
	if (coalesce->abort_asked && is_between) {
		chain_log(chain, "Aborted");
		coalesce_end(chain);
		return;
	}
	steps[coalesce->state](chain);
}
