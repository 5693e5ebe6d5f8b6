/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - when the worker runs, and on what. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/volume/acting.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/coalesce/merge.h"

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
	list_init(&of(chain)->flushes);
}

void coalesce_deinit(struct chain *chain)
{
	window_free(chain);
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
	/* A volume that is being closed is no longer ticked. */
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
	window_free(chain);
}

void coalesce_kick(struct chain *chain, bool now)
{
	struct coalesce *coalesce = of(chain);

	if (coalesce->is_stopping || (chain->volume->options.no_coalesce && !now))
		return;
	if (chain->is_damaged) {
		coalesce_say(chain, "a node is damaged: nothing is coalesced");
		return;
	}
	if (coalesce->state == COALESCE_QUIET && now)
		coalesce->due_ns = clock_now_ns();
	/* A busy worker continues as long as it finds something. */
	if (coalesce->state != COALESCE_IDLE)
		return;
	list_for_each (at, &chain->nodes)
		CONTAINER_OF(at, struct node, link)->has_failed_to_coalesce = false;
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
	return chain->coalesce.state == COALESCE_IDLE && !chain->coalesce.is_settling;
}

/* When the writers that wait for a merge must continue. */
static uint64_t time_out_ns(const struct chain *chain)
{
	const struct coalesce *coalesce = &chain->coalesce;

	if (!coalesce->is_leaf || coalesce->has_timed_out)
		return UINT64_MAX;
	return coalesce->begin_ns + chain->profile->leaf_timeout_ns;
}

uint64_t coalesce_due_ns(const struct chain *chain)
{
	uint64_t time_out = time_out_ns(chain);

	return time_out < chain->coalesce.due_ns ? time_out : chain->coalesce.due_ns;
}

/* ---- work ---- */

static bool has_room(struct chain *chain, const struct node *node)
{
	uint64_t demand = space_merge_demand_bytes(chain, node);
	uint64_t free_bytes = space_free_bytes(chain);
	char text[NODE_TEXT_BYTES];

	if (demand <= free_bytes)
		return true;
	coalesce_say(chain, "No space to %s %s (free space: %" PRIu64 ", need: %" PRIu64 ")",
		node_is_head(chain, node) ? "leaf-coalesce" : "coalesce",
		node_text(chain, node, text, sizeof text), free_bytes, demand);
	return false;
}

/* Always ends: a node is tried once per scan. */
static void scan(struct chain *chain)
{
	bool lacked_room = false;
	struct node *node;

	garbage_remove(chain);
	candidates_begin(chain);
	while ((node = candidate_next(chain))) {
		if (!has_room(chain, node)) {
			lacked_room = true;
			continue;
		}
		if (node_is_head(chain, node))
			leaf_begin(chain, node);
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
	if (coalesce_has_work(chain))
		coalesce_go(chain, COALESCE_SCAN, 0);
	else
		coalesce_end(chain);
}

static void nothing(struct chain *chain)
{
	(void)chain;
}

/* Carries out the current state. */
static void step(struct chain *chain)
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

	if (coalesce->abort_asked && is_between) {
		chain_log(chain, "Aborted");
		coalesce_end(chain);
		return;
	}
	steps[coalesce->state](chain);
}

/* A fault has stopped the current merge, or the run. */
static void give_up(struct chain *chain, int error)
{
	if (of(chain)->state == COALESCE_COPY) {
		merge_copy_failed(chain, error);
		return;
	}
	if (of(chain)->node) {
		merge_end(chain, error);
		return;
	}
	coalesce_say(chain, "cannot begin to coalesce (%s)", error_name(error));
	coalesce_end(chain);
}

static void moment_go(struct volume_moment *moment, int result)
{
	struct chain *chain = CONTAINER_OF(moment, struct chain, coalesce.moment);

	of(chain)->is_being_asked = false;
	if (result < 0)
		give_up(chain, result);
	else
		step(chain);
}

void coalesce_tick(struct chain *chain)
{
	static const enum fault_point points[] = {
		[COALESCE_IDLE] = FAULT_POINTS,
		[COALESCE_QUIET] = FAULT_POINTS,
		[COALESCE_SCAN] = FAULT_COALESCE_START,
		[COALESCE_COPY] = FAULT_COALESCE_COPY,
		[COALESCE_FLUSH] = FAULT_POINTS,
		[COALESCE_RELINK] = FAULT_COALESCE_RELINK,
		[COALESCE_LEAF_SNAPSHOT] = FAULT_POINTS,
	};
	struct coalesce *coalesce = of(chain);
	enum fault_point point = points[coalesce->state];

	if (time_out_ns(chain) <= clock_now_ns())
		merge_time_out(chain);
	if (coalesce->due_ns == UINT64_MAX || coalesce->due_ns > clock_now_ns())
		return;
	coalesce->due_ns = UINT64_MAX;
	if (point == FAULT_POINTS ||
		(point == FAULT_COALESCE_START && !coalesce_candidates(chain))) {
		step(chain);
		return;
	}
	coalesce->is_being_asked = true;
	coalesce->moment.go = moment_go;
	fault_moment(chain->volume, point, NULL, NULL, &coalesce->moment);
}
