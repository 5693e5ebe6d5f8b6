/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h - redirect-on-write: the live view is a leaf over older nodes.
 *
 *	image ◀── base copy ◀── base copy ◀── leaf = live view
 *	  ▲          ▲ ▲ ▲
 *	  s0        s1 s2 └─── base copy ◀── leaf = clone c0
 *	                          ▲
 *	                          s3		snapshots: leaves that nobody writes to
 *
 * Taking a snapshot makes the node that is written to a base copy, with the
 * snapshot and a new, empty leaf as its children.  A clone is a leaf over what
 * a snapshot shows; a copy is one without a parent, the root of a tree of its
 * own.  XenServer's VDI chains are the model.
 *
 * Every node has a lineage: the number of the clone that it was made for, 0 for
 * the live view.  Nodes of one lineage lie in a row, and the last one, the head,
 * is what is written to.
 *
 * Invariants:
 *  (1) Base copies are not written to, but by coalesce; and coalesce writes
 *      into a node only what its one child hides from everybody.
 *  (2) So at any moment, with all of coalesce done, part of it or none, every
 *      leaf reads the same.
 *  (3) Parents and lineages are in the files' superblocks.  A node's file goes
 *      when no file names it as parent any more and no read of it is under way.
 *  (4) Nodes are durable stores: a power cut leaves of a first write to a block
 *      all or nothing, since a block that the leaf only seems to have would hide
 *      the one below.  What is written in place is durable when it was flushed.
 *  (5) `owners` of a node says, for blocks that were asked for, whose data the
 *      view from that node sees; it is dropped or right, never stale.
 */
#ifndef SNAPRIG_VOLUME_CHAIN_CHAIN_H
#define SNAPRIG_VOLUME_CHAIN_CHAIN_H

#include "simfs/profile/chain.h"
#include "simfs/volume/coalesce/coalesce.h"
#include "simfs/volume/coalesce/intents.h"
#include "simfs/volume/core.h"

#define CHAIN_BLOCK_BYTES 4096u

/* Nodes from a root to a leaf; the profile's limit is far below. */
#define CHAIN_DEPTH_MAX 64u

/* In a superblock: the parent of a root that is not the image. */
#define CHAIN_NO_PARENT UINT64_MAX

struct node {
	uint64_t id;	     /* 0: the image */
	struct store *store; /* NULL: the image */
	struct node *parent; /* NULL: a root */
	unsigned child_nodes;
	unsigned child_snapshots;
	struct chain *chain;
	struct snapshot *clone; /* whose head it is; NULL: none's */
	uint8_t slot;
	uint8_t *owners; /* NULL: not made yet; a slot per block */
	unsigned requests_under_way;
	uint64_t dirty_since; /* chain->write_sequence of the first merge into it not flushed; 0:
			       * none; 1: it is or was a head, and is flushed at any rate */

	/* Units of the format that are allocated, one bit each. */
	uint64_t *units;
	uint64_t unit_count;

	bool has_failed_to_coalesce; /* in this run */
	unsigned rank;		     /* of a candidate: lower comes first; 0: none */
	bool must_relink;	     /* some of its children may name its parent already */
	bool must_inherit;	     /* its file may not say yet whose lineage it is of */
	bool is_going;		     /* its clone was deleted, and its file is next */
	bool is_damaged;	     /* its map has gaps: nothing above is believed */
	bool is_older;		     /* the same: it is one of before the last unmount */
	bool has_damaged_data;	     /* found when it was opened */
	struct order_turn removal;
	struct list link; /* of chain->nodes, loading or leaving */
	bool is_leaving;
	struct store_waiter still;    /* while it leaves */
	struct store_waiter relinked; /* its parent changes */
};

/* A node that is being made: its file is ID.node.new until it is named. */
struct node_create {
	struct chain *chain;
	struct node *node; /* NULL: none is there */
	struct store_waiter written;
	struct blockio_request io;

	/* Required.  RESULT 0: `node` is ready to be named or, when it was, to be entered.
	 * Else -errno, and nothing is left. */
	void (*done)(struct node_create *create, int result);
};

/* What coalesce was at when the rig was killed. */
struct chain_intent {
	enum coalesce_intent kind;
	uint64_t id;
	struct list link;
};

struct chain {
	struct volume *volume;
	const struct profile_chain *profile;
	enum chain_sr sr;
	enum chain_format format;
	uint64_t capacity_bytes; /* of the SR; 0: no limit */

	struct list nodes; /* of all trees, parents before children; the image is the first */
	unsigned node_count;
	struct node *live; /* the live view's head */
	struct node *slots[VOLUME_CHAIN_SLOTS];
	struct list leaving; /* out of their tree, with requests under way */

	/* While the volume is being opened. */
	struct list loading; /* nodes without a place yet */
	struct list intents; /* struct chain_intent.link */

	uint64_t block_count;
	uint64_t write_sequence; /* begins at 1 */

	/* As XenServer's lock of the SR: who holds it may change the trees. */
	bool is_locked;
	struct list turns;
	struct node_create leaf;	  /* of the holder */
	struct snapshot_create *creation; /* the holder, unless it is coalesce */

	struct list copies; /* struct chain_copy.link */
	bool is_damaged;    /* a node is: the trees stay as they are */

	struct coalesce coalesce;
};

/* What is written to: of CLONE, or of the live view when that is NULL. */
static inline struct node *chain_head(const struct chain *chain, const struct snapshot *clone)
{
	return clone ? clone->base : chain->live;
}

/* What the storage manager would log. */
#define chain_log(chain, ...) text_log_line(&(chain)->volume->kernel_log, "SMGC: " __VA_ARGS__)

#endif
