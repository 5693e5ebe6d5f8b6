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

#include "simfs/store/read.h"
#include "simfs/volume/volume.h"

struct chain;
struct node;
struct node_create;

enum coalesce_state {
	COALESCE_IDLE,
	COALESCE_QUIET,
	COALESCE_SCAN,
	COALESCE_COPY,
	COALESCE_FLUSH,
	COALESCE_RELINK,
	COALESCE_LEAF_SNAPSHOT,
};

/* The most `coalesce_reads` of the limits can be. */
#define COALESCE_READS 64

/* One piece of a chunk. */
struct merge_read {
	struct store_read read;
	struct chain *chain;
	uint64_t block; /* the first of it */
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
	uint64_t cursor, chunk_first, chunk_count;
	uint64_t gathered; /* the chunk's blocks before it have been read or are being */
	struct merge_read reads[COALESCE_READS];
	unsigned reads_under_way;
	int gather_error; /* of the first that failed */
	uint64_t done_blocks, total_blocks;
	uint64_t begin_ns;
	void *buffer;
	struct blockio_request io;
	struct store_waiter written;
	struct volume_barrier barrier;
	struct chain_turn turn;
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

/* ---- between the files of coalesce ---- */

/* choose.c: whether NODE could be merged into its parent. */
bool coalesce_is_candidate(const struct chain *chain, const struct node *node);

/* Whether there is something to merge or to delete. */
bool coalesce_has_work(const struct chain *chain);

/* Deletes the nodes that nobody needs. */
void garbage_remove(struct chain *chain);

/* Chooses the candidates of a scan, which come one after the other; then NULL. */
void candidates_begin(struct chain *chain);
struct node *candidate_next(struct chain *chain);

/* Goes on with STATE at a tick in PAUSE_NS. */
void coalesce_go(struct chain *chain, enum coalesce_state state, uint64_t pause_ns);
void coalesce_end(struct chain *chain);

/* Why nothing was done, for the status and the log. */
__attribute__((format(printf, 2, 3))) void coalesce_say(
	struct chain *chain, const char *format, ...);

/* merge.c: copies the data of NODE into its parent and takes NODE out. */
void merge_begin(struct chain *chain, struct node *node, bool is_leaf);
void merge_copy(struct chain *chain);
void merge_flush(struct chain *chain);
void merge_relink(struct chain *chain);
void merge_end(struct chain *chain, int error);
void merge_time_out(struct chain *chain);

/* gather.c: reads the chunk of the node into the buffer, then merge_gathered(). */
void gather_begin(struct chain *chain);
void merge_gathered(struct chain *chain, int error);

/* Nobody names the node that is merged any more: it goes. */
void merge_node_out(struct chain *chain);

/* settle.c: the merged leaf is gone, its parent is the head, and its writers go on;
 * ends the merge when the leaf is gone for good. */
void settle_begin(struct chain *chain);

/* Whether REQUEST, a flush, waits until the last merged leaf is gone for good; then it goes on by
 * itself, or ends with what went wrong. */
bool settle_parks(struct chain *chain, struct volume_request *request);

/* relink.c: has its children name its parent, then ends the merge. */
void relink_begin(struct chain *chain);

/* leaf.c: whether HEAD was made smaller in this run, to merge it. */
bool leaf_is_tracked(const struct chain *chain, const struct node *head);

/* Its clone may be deleted again, which waited meanwhile. */
void leaf_release(struct chain *chain);

/* HEAD could be merged. */
void leaf_begin(struct chain *chain, struct node *head);

/* intents.c */
enum coalesce_journal { JOURNAL_COALESCE, JOURNAL_RELINK, JOURNAL_LEAF, JOURNAL_KINDS };
int journal_write(struct chain *chain, enum coalesce_journal kind, uint64_t id);
int journal_remove(struct chain *chain, enum coalesce_journal kind, uint64_t id);

/* Whether FILE is a journal; sets its kind and node. */
bool journal_parse(const char *file, enum coalesce_journal *ret_kind, uint64_t *ret_id);

#endif
