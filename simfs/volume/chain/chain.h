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
#include "simfs/volume/volume_internal.h"

#define CHAIN_BLOCK_BYTES 4096u

/* Nodes from a root to a leaf; the profile's limit is far below. */
#define CHAIN_DEPTH_MAX 64u

/* In a superblock: the parent of a root that is not the image. */
#define CHAIN_NO_PARENT UINT64_MAX

/* Names of nodes in `owners`; 0 is nobody's. */
#define CHAIN_SLOTS 256u

/* Of all trees: each has a slot.  A chain that has more is refused when it is opened. */
#define CHAIN_NODES_MAX 200u

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
	struct chain_turn removal;
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
struct chain_journal {
	enum coalesce_journal kind;
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
	struct node *slots[CHAIN_SLOTS];
	struct list leaving; /* out of their tree, with requests under way */

	/* While the volume is being opened. */
	struct list loading;  /* nodes without a place yet */
	struct list journals; /* struct chain_journal.link */

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

/* ---- nodes.c: nodes and their trees ---- */

/* What is written to: of CLONE, or of the live view when that is NULL. */
static inline struct node *chain_head(const struct chain *chain, const struct snapshot *clone)
{
	return clone ? clone->base : chain->live;
}

static inline bool node_is_head(const struct chain *chain, const struct node *node)
{
	return node == chain->live || node->clone;
}

static inline bool node_is_image(const struct node *node)
{
	return node->id == 0;
}

static inline uint64_t node_lineage(const struct node *node)
{
	return node->store ? store_facts(node->store)->lineage : 0;
}

/* Nodes from the root to NODE, both counted. */
unsigned node_depth(const struct node *node);
const struct node *node_root(const struct node *node);

static inline void node_dirtied(struct chain *chain, struct node *node)
{
	chain->write_sequence++;
	if (node->dirty_since == 0)
		node->dirty_since = chain->write_sequence;
}

struct blockio *node_io(const struct chain *chain, const struct node *node);

/* Whether NODE has data of BLOCK: a root without it shows zeros there. */
static inline bool node_has(const struct node *node, uint64_t block)
{
	return node_is_image(node) || store_has_data(node->store, block);
}

/* Where BLOCK lies in node_io(); NODE has it. */
uint64_t node_position(const struct node *node, uint64_t block);

/*
 * Writes COUNT blocks from FIRST on, whose content is at BYTES (kept until
 * WAITER ends): in place what NODE has, appended what it lacks.  No image.
 * WAITER is counted once or more.
 */
void node_write(struct node *node, uint64_t first, uint64_t count, char *bytes,
	struct store_waiter *waiter);

/* Lets NODE take writes again after an error: a disk that was full or failed once may have
 * recovered. */
void node_resume(struct node *node);

/* Counts the end of PART with RESULT; true when it was the last one of its request. */
bool part_end(struct request_part *part, int result);

/* A node for STORE (NULL: the image), in no tree; takes STORE over.  NULL without memory. */
struct node *node_new(struct chain *chain, uint64_t id, struct store *store);

/* NULL is fine. */
void node_free(struct chain *chain, struct node *node);
void node_file_name(uint64_t id, char *buffer, size_t length);

/* "*811e7004[VHD](80.000G/2.155M)": as the storage manager's log prints it. */
const char *node_text(
	const struct chain *chain, const struct node *node, char *buffer, size_t length);
const char *node_text_of(const struct chain *chain, uint64_t id, bool is_hidden, uint64_t sr_bytes,
	char *buffer, size_t length);
#define NODE_TEXT_BYTES 96

/* Enters NODE, which is in no list, as a child of PARENT (NULL: a root). */
void node_hang(struct chain *chain, struct node *node, struct node *parent);

/* Frees NODE, which is in no tree, when nobody reads it and its store does nothing any more. */
void node_discard(struct chain *chain, struct node *node);

/* SNAPSHOT, no clone, is a child of BASE from now on (NULL: of nobody). */
void snapshot_hang(struct snapshot *snapshot, struct node *base);

/* NODE is what is written to from now on, of CLONE or of the live view. */
void chain_set_head(struct chain *chain, struct snapshot *clone, struct node *node);

/* Removes the file of NODE, which stays where it is: 0, or -errno, said. */
int node_file_remove(struct chain *chain, const struct node *node);

/* Takes NODE, no root, out of its tree: what it showed, its parent shows now, and is the head if it
 * was one. */
void chain_take_out(struct chain *chain, struct node *node);

/* Removes the file of NODE, which has no children, and takes it out of its tree: 0 or -errno. */
int chain_remove(struct chain *chain, struct node *node);

void node_request_begin(struct node *node);
void node_request_end(struct chain *chain, struct node *node);

/* Calls turn->go when the trees may be changed, now or later; whoever was called unlocks. */
void chain_lock(struct chain *chain, struct chain_turn *turn);
void chain_unlock(struct chain *chain);

/* ---- leaf.c: a new node ---- */

/*
 * Makes the file of a node of LINEAGE over PARENT (NULL: a root) for CREATE,
 * whose `done` is called, now or later.
 */
void leaf_create(struct chain *chain, struct node_create *create, const struct node *parent,
	uint64_t lineage);

/*
 * Gives the file of CREATE, which is ready, its name for good; `done` is called again, now
 * or later.  PARENT is what it will hang under.  The trees are locked until it does.
 */
void leaf_name(struct node_create *create, const struct node *parent);

/* Hangs the node, which has its name, under PARENT. */
void leaf_enter(struct node_create *create, struct node *parent);

/* The same over the head of CLONE (NULL: the live view), which it then is; nobody writes to it
 * just now. */
void leaf_push(struct node_create *create, struct snapshot *clone);

/* Forgets the node of CREATE if it was not entered, with its file. */
void leaf_undo(struct node_create *create);

/* ---- view.c: whose data a view sees ---- */

/* The node whose data VIEW shows at BLOCK; the root when no other has it. */
struct node *view_owner(struct chain *chain, struct node *view, uint64_t block);

/* HEAD got data of the blocks from FIRST to before END, or of some. */
void view_written(struct node *head, uint64_t first, uint64_t end);

/* NEXT, which is empty, shows from now on what NODE showed. */
void view_move(struct node *node, struct node *next);
void view_drop(struct chain *chain, struct node *node);

/* Gives NODE a slot; without a free one, every view is dropped first. */
void view_slot_take(struct chain *chain, struct node *node);

/* Data of NODE is TARGET's from now on. */
void view_slot_merge(struct chain *chain, const struct node *node, struct node *target);

/* ---- space.c: what it takes in the SR ---- */

/* Counts the units of BLOCKS as allocated in NODE. */
void space_allocate(struct chain *chain, struct node *node, uint64_t first, uint64_t count);

/* The same for a live write: 0, or -ENOSPC when the SR has no room for it. */
int space_charge(struct chain *chain, struct node *node, uint64_t first, uint64_t count);

/* Units that NODE would have with those of OTHER. */
uint64_t space_union(const struct chain *chain, const struct node *node, const struct node *other);

uint64_t space_node_bytes(const struct chain *chain, const struct node *node);
uint64_t space_leaf_bytes(const struct chain *chain); /* of an empty one that is not written to */
uint64_t space_used_bytes(const struct chain *chain);
uint64_t space_free_bytes(const struct chain *chain); /* UINT64_MAX: no limit */

/* What a snapshot of what HEAD is written for takes until it is there. */
uint64_t space_snapshot_demand_bytes(const struct chain *chain, const struct node *head);

/* What a clone takes, or a copy to begin with. */
uint64_t space_clone_demand_bytes(const struct chain *chain);

/* What merging NODE into its parent takes until it is done. */
uint64_t space_merge_demand_bytes(const struct chain *chain, const struct node *node);

/* ---- load.c: what was found in the folder ---- */

/* The node ID of chain->loading, or NULL. */
struct node *loading_find(struct chain *chain, uint64_t id);

/* volume/damage.c: what shows blocks of a damaged node is lost: 0, or -errno after a message. */
int chain_lose_damaged(struct chain *chain);

/* Ends what coalesce was at: 0, or -errno after a message. */
int journals_replay(struct chain *chain);

/* ---- the rest: bodies of struct topology ---- */

int chain_load(struct volume *volume, const char *file);
int chain_loaded(struct volume *volume);
void chain_live_read(struct volume_request *request);
void chain_write(struct volume_request *request);
void chain_flush(struct volume_request *request);
void chain_flush_end(struct volume_request *request, int result);
void chain_snapshot_read(struct volume_request *request);
void chain_snapshot_create(struct snapshot_create *create);

/* copy.c: CREATE is of a snapshot, all of whose data is copied. */
void chain_copy_begin(struct snapshot_create *create);

/* CREATE has its data in chain->leaf, and the trees are locked for it. */
void chain_copy_enter(struct snapshot_create *create);

/* What the copies under way take in the SR. */
uint64_t chain_copies_bytes(const struct chain *chain);

/* Ends all that are under way, soon. */
void chain_copies_cancel(struct chain *chain);
void chain_copies_forget(struct chain *chain);

/* Makes the file of the record of CREATE, NAME.store.new, which create->store is then: 0 or
 * -errno. */
int chain_record_create(struct snapshot_create *create);
void chain_snapshot_deleted(struct snapshot *snapshot);
uint64_t chain_changed_blocks(const struct snapshot *snapshot);
bool chain_changed_next(const struct snapshot *snapshot, uint64_t from_block, uint64_t *ret_first,
	uint64_t *ret_count);
void chain_status(struct volume *volume, json_t *object);
void chain_snapshot_status(const struct snapshot *snapshot, json_t *object);

/* What the storage manager would log. */
#define chain_log(chain, ...) text_log_line(&(chain)->volume->kernel_log, "SMGC: " __VA_ARGS__)

#endif
