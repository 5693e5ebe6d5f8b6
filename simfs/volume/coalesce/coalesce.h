/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coalesce.h - one worker that makes a chain shorter, as XenServer's does.
 *
 *	      kick                    something to do
 *	IDLE ─────▶ QUIET ──▶ SCAN ───────────────────▶ COPY ──▶ FLUSH ──▶ RELINK ─┐
 *	  ▲        (a while)   ▲ │ nothing, or no room    │ error, abort            │
 *	  └────────────────────┼─┘◀───────────────────────┘                         │
 *	                       └────────────────────────────────────────────────────┘
 *
 * Inline: a base copy that is its parent's only child is merged into it.  Leaf:
 * a head is, when it is its parent's only child: while its writers wait if it is
 * small, and else snapshots of it (of no name) are merged until it is.
 *
 * What is on disk, and what the next mount makes of it:
 *	coalesce_ID	data is being copied: forgotten, the copy is done again
 *	relink_ID	all is copied: its children get its parent, its file goes
 *	leaf_ID		a head is being merged: forgotten while ID.node is there;
 *			when it is gone the merge was done
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

/* What makes a leaf smaller, and when to give it up. */
struct leaf_tracker {
	uint64_t lineage; /* of the leaf */
	unsigned iterations;
	unsigned no_progress;
	unsigned bumps;
	uint64_t start_bytes, least_bytes, last_bytes;
};

struct coalesce {
	enum coalesce_state state;
	uint64_t due_ns; /* of the next tick; UINT64_MAX: a completion is waited for */
	bool has_run;	 /* the first run of a mount has no quiet period */
	bool is_stopping;
	bool abort_asked;

	/* The merge under way. */
	struct node *node;
	bool is_leaf;		/* with the writers waiting behind `barrier` ... */
	bool has_timed_out;	/* ... until now: what is under way ends, and nothing follows it */
	struct snapshot *clone; /* whose head is being merged; NULL: the live view's, or none */
	uint64_t cursor;	/* blocks before it are in a chunk, or not the node's */
	bool has_no_more;	/* all of them are */
	bool is_being_asked;	/* whether a fault strikes: `moment` is under way */
	struct merge_window window;
	struct lull others; /* who ask the volume for something (giving_way.h) */
	struct merge_read reads[VOLUME_COALESCE_READS];
	unsigned reads_under_way;
	uint64_t done_blocks, total_blocks;
	uint64_t begin_ns;
	struct blockio_request io;
	struct store_waiter written;
	struct volume_barrier barrier;
	struct order_turn turn;
	struct volume_moment moment;
	bool is_locked; /* for the children to change over, or until a leaf is gone for good */
	struct leaf_tracker tracker;

	/* settle.c */
	bool is_unsettled;	  /* a power cut may bring the last merged leaf back */
	bool is_settling;	  /* the folder is being synced ... */
	bool must_settle_again;	  /* ... since before that leaf went */
	bool has_merge_to_settle; /* which ends then */
	struct blockio_request settle_io;
	struct list flushes; /* requests that wait for it */

	/* Bytes per second of the last merges. */
	uint64_t speeds[10];
	unsigned speed_count;

	uint64_t merges; /* done since the mount */
	char message[160];
};

void coalesce_init(struct chain *chain);
void coalesce_deinit(struct chain *chain);

/* There may be something to do.  NOW: without the quiet period, and also with --no-coalesce. */
void coalesce_kick(struct chain *chain, bool now);

/* Undoes what is under way, and ends. */
void coalesce_abort(struct chain *chain);
void coalesce_stop(struct chain *chain);
bool coalesce_idle(const struct chain *chain);

uint64_t coalesce_due_ns(const struct chain *chain);
void coalesce_tick(struct chain *chain);

const char *coalesce_state_name(enum coalesce_state state);

/* Base copies and heads that could be merged now but for the room. */
unsigned coalesce_candidates(const struct chain *chain);

/* settle.c: whether REQUEST, a flush, waits until the last merged leaf is gone for good; then it
 * goes on by itself, or ends with what went wrong. */
bool settle_parks(struct chain *chain, struct volume_request *request);

#endif
