/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coalesce.h - the worker that makes a chain shorter, like XenServer's.
 *
 *	      kick                    something to do
 *	IDLE ─────▶ QUIET ──▶ SCAN ───────────────────▶ COPY ──▶ FLUSH ──▶ RELINK ─┐
 *	  ▲        (a while)   ▲ │ nothing, or no room    │ error, abort            │
 *	  └────────────────────┼─┘◀───────────────────────┘                         │
 *	                       └────────────────────────────────────────────────────┘
 *
 * Inline: a base copy that is its parent's only child is merged into it. Leaf: a head is
 * merged if it is its parent's only child. If it is small, its writers wait; otherwise
 * unnamed snapshots of it are merged until it is small.
 *
 * Files on disk, and what the next mount does with them:
 *	coalesce_ID	data is being copied: ignored, the copy starts again
 *	relink_ID	all is copied: its children get its parent, its file is removed
 *	leaf_ID		a head is being merged: ignored while ID.node exists;
 *			without it the merge was complete
 */
#ifndef SNAPRIG_VOLUME_COALESCE_COALESCE_H
#define SNAPRIG_VOLUME_COALESCE_COALESCE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/coalesce/window.h"
#include "simfs/volume/lull.h"
#include "simfs/volume/snapshot.h"
#include "simfs/volume/volume_limits.h"

struct chain;
struct node;
struct node_create;
struct volume_request;

enum coalesce_state {
	COALESCE_IDLE,
	COALESCE_QUIET,
	COALESCE_SCAN,
	COALESCE_COPY,
	COALESCE_FLUSH,
	COALESCE_RELINK,
	COALESCE_LEAF_SNAPSHOT,
};

/* How a leaf is made smaller, and when to give up. */
struct leaf_tracker {
	uint64_t lineage; /* of the leaf */
	unsigned iterations;
	unsigned no_progress;
	unsigned bumps;
	uint64_t start_bytes, least_bytes, last_bytes;
};

struct coalesce {
	enum coalesce_state state;
	uint64_t due_ns; /* of the next tick; UINT64_MAX: waiting for a completion */
	bool has_run;	 /* the first run of a mount has no quiet period */
	bool is_stopping;
	bool abort_asked;

	/* The merge in progress. */
	struct node *node;
	bool is_leaf;		/* its writers wait behind `barrier` ... */
	bool has_timed_out;	/* ... until it times out: nothing more is started */
	struct snapshot *clone; /* whose head is being merged; NULL: the live view's, or none */
	uint64_t cursor;	/* earlier blocks are in a chunk, or not in the node */
	bool has_no_more;	/* so are all of its blocks */
	bool is_being_asked;	/* `moment` is in progress: a fault may strike */
	struct merge_window window;
	struct lull others; /* other requests to the volume (giving_way.h) */
	struct merge_read reads[VOLUME_COALESCE_READS];
	unsigned reads_under_way;
	uint64_t done_blocks, total_blocks;
	uint64_t begin_ns;
	struct blockio_request io;
	struct store_waiter written;
	struct volume_barrier barrier;
	struct order_turn turn;
	struct volume_moment moment;
	bool is_locked; /* while children are relinked, or until a leaf's removal is durable */
	struct leaf_tracker tracker;

	/* settle.c */
	bool is_unsettled;	  /* a power cut may bring the last merged leaf back */
	bool is_settling;	  /* the folder is being synced ... */
	bool must_settle_again;	  /* ... since before that leaf was removed */
	bool has_merge_to_settle; /* it ends after the sync */
	struct blockio_request settle_io;
	struct list flushes; /* requests that wait for it */

	/* Bytes per second of the last merges. */
	uint64_t speeds[10];
	unsigned speed_count;

	uint64_t merges; /* completed since the mount */
	char message[160];
};

void coalesce_init(struct chain *chain);
void coalesce_deinit(struct chain *chain);

/* There may be work. NOW: skips the quiet period, and works even with --no-coalesce. */
void coalesce_kick(struct chain *chain, bool now);

/* Undoes the merge in progress, and stops. */
void coalesce_abort(struct chain *chain);
void coalesce_stop(struct chain *chain);
bool coalesce_idle(const struct chain *chain);

uint64_t coalesce_due_ns(const struct chain *chain);
void coalesce_tick(struct chain *chain);

const char *coalesce_state_name(enum coalesce_state state);

/* The number of base copies and heads that could be merged if there is room. */
unsigned coalesce_candidates(const struct chain *chain);

/* settle.c: whether REQUEST, a flush, must wait until the removal of the last merged leaf is
 * durable; then it continues, or ends with the error. */
bool settle_parks(struct chain *chain, struct volume_request *request);

#endif
