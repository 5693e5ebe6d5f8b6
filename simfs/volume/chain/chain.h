/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h - redirect-on-write: the live view is a leaf over older nodes.
 *
 *	image ◀── base copy ◀── base copy ◀── leaf = live view
 *	  ▲          ▲ ▲ ▲
 *	  s0        s1 s2 └─── base copy ◀── leaf = clone c0
 *	                          ▲
 *	                          s3		snapshots: leaves that are never written to
 *
 * Taking a snapshot turns the node being written to into a base copy, with the snapshot and a
 * new, empty leaf as its children. A clone is a leaf over the content of a snapshot; a copy
 * is a clone without a parent, the root of a tree of its own. The model is XenServer's VDI
 * chains.
 *
 * Every node has a lineage: the number of the clone that it was created for, 0 for the live
 * view. The nodes of a lineage form a line; the last one, the head, is written to.
 *
 * Invariants:
 *  (1) Only coalesce writes to base copies, and only data that the node's single child hides
 *      from all views.
 *  (2) So every leaf always reads the same, whether coalesce has not started, is half done or
 *      has finished.
 *  (3) Parents and lineages are in the files' superblocks. A node's file is removed when no
 *      file names it as parent any more and no read of it is in flight.
 *  (4) Nodes are durable stores: after a power cut the first write to a block is there
 *      completely or not at all, since a block that the leaf only seems to have would hide
 *      the one below. Writes in place are durable once flushed.
 *  (5) `owners` of a node caches, per block looked up so far, the node whose data its view
 *      shows; an entry is correct or dropped, never stale.
 */
#ifndef SNAPRIG_VOLUME_CHAIN_CHAIN_H
#define SNAPRIG_VOLUME_CHAIN_CHAIN_H

#include "simfs/profile/chain.h"
#include "simfs/volume/coalesce/coalesce.h"
#include "simfs/volume/coalesce/intents.h"
#include "simfs/volume/core.h"

#define CHAIN_BLOCK_BYTES 4096u

/* The most nodes from a root to a leaf; the profile's limit is far lower. */
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
	struct snapshot *clone; /* whose head it is; NULL: of none */
	uint8_t slot;
	uint8_t *owners; /* NULL: not allocated; a slot per block */
	unsigned requests_under_way;
	uint64_t dirty_since; /* chain->write_sequence of the first unflushed merge into it; 0:
			       * none; 1: it is or was a head, and must be flushed in any case */

	/* The allocated units of the format, one bit each. */
	uint64_t *units;
	uint64_t unit_count;

	bool has_failed_to_coalesce; /* since the last kick */
	unsigned rank;		     /* of a candidate: the lowest is first; 0: none */
	bool must_relink;	     /* some of its children may name its parent already */
	bool must_inherit;	     /* its file may not have its lineage yet */
	bool is_going;		     /* its clone was deleted, and its file is removed next */
	bool is_damaged;	     /* its map has gaps: nothing above it is trusted */
	bool is_older;		     /* likewise: it is from before the last unmount */
	bool has_damaged_data;	     /* found when it was opened */
	struct order_turn removal;
	struct list link; /* in chain->nodes, loading or leaving */
	bool is_leaving;
	struct store_waiter still;    /* while it is leaving */
	struct store_waiter relinked; /* its parent is being changed */
};

/* A node being created: its file is ID.node.new until it is named. */
struct node_create {
	struct chain *chain;
	struct node *node; /* NULL: none exists */
	struct store_waiter written;
	struct blockio_request io;

	/* Required. RESULT 0: `node` is ready to be named or, if it was, to be entered. Else
	 * -errno, and nothing of it is left. */
	void (*done)(struct node_create *create, int result);
};

/* The step of coalesce that a kill interrupted. */
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

	struct list nodes; /* of all trees, parents before children; the image is first */
	unsigned node_count;
	struct node *live; /* the live view's head */
	struct node *slots[VOLUME_CHAIN_SLOTS];
	struct list leaving; /* removed from their tree, with requests in flight */

	/* While the volume is being opened. */
	struct list loading; /* nodes not in a tree yet */
	struct list intents; /* struct chain_intent.link */

	uint64_t block_count;
	uint64_t write_sequence; /* starts at 1 */

	/* Like XenServer's lock of the SR: its holder may change the trees. */
	bool is_locked;
	struct list turns;
	struct node_create leaf;	  /* the holder's */
	struct snapshot_create *creation; /* the holder; NULL for coalesce */

	struct list copies; /* struct chain_copy.link */
	bool is_damaged;    /* a node is: the trees stay unchanged */

	struct coalesce coalesce;
};

/* The node that writes to CLONE go to; if NULL, to the live view. */
static inline struct node *chain_head(const struct chain *chain, const struct snapshot *clone)
{
	return clone ? clone->base : chain->live;
}

/* Logs what the storage manager would log. */
#define chain_log(chain, ...) text_log_line(&(chain)->volume->kernel_log, "SMGC: " __VA_ARGS__)

#endif
