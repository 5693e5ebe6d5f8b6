/* SPDX-License-Identifier: Apache-2.0 */
/* merge.h - between the files of coalesce: the worker, what it chooses, and a merge. */
#ifndef SNAPRIG_VOLUME_COALESCE_MERGE_H
#define SNAPRIG_VOLUME_COALESCE_MERGE_H

#include "simfs/volume/coalesce/coalesce.h"

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

/* merge.c: copies the data of NODE into its parent and takes NODE out.  merge_copy_on() is for
 * whatever changed in the window: it goes on in PAUSE_NS, or as soon as it can. */
void merge_begin(struct chain *chain, struct node *node, bool is_leaf);
void merge_copy(struct chain *chain);
void merge_copy_on(struct chain *chain, uint64_t pause_ns);
void merge_copy_failed(struct chain *chain, int error);
void merge_flush(struct chain *chain);
void merge_relink(struct chain *chain);
void merge_end(struct chain *chain, int error);
void merge_time_out(struct chain *chain);

/* window.c: memory for a merge, 0 or -ENOMEM; it is kept for the next one. */
int window_begin(struct chain *chain);
void window_free(struct chain *chain);

/* Whether one more chunk may be under way; how many blocks it may have at most, if it was so when
 * its turn came; and whether none is under way, nor anything of one. */
bool window_has_room(struct chain *chain);
uint64_t window_chunk_blocks(struct chain *chain);
bool window_is_empty(const struct chain *chain);

/* Begins with COUNT blocks of the node from FIRST on; there is room. */
void window_add(struct chain *chain, uint64_t first, uint64_t count);

/* Begins nothing more, unless that was said before: what is under way ends. */
void window_fail(struct chain *chain, int error);

/* A piece was read, or failed.  What can be written is. */
void window_go(struct chain *chain);

static inline struct merge_chunk *window_chunk(struct merge_window *window, uint64_t number)
{
	return &window->chunks[number % VOLUME_COALESCE_CHUNKS];
}

/* gather.c: reads what is to be read of the window's chunks, and tells window_go(). */
void gather_go(struct chain *chain);

/* Nobody names the node that is merged any more: it goes. */
void merge_node_out(struct chain *chain);

/* settle.c: the merged leaf is gone, its parent is the head, and its writers go on;
 * ends the merge when the leaf is gone for good. */
void settle_begin(struct chain *chain);

/* relink.c: has its children name its parent, then ends the merge. */
void relink_begin(struct chain *chain);

/* leaf.c: whether HEAD was made smaller in this run, to merge it. */
bool leaf_is_tracked(const struct chain *chain, const struct node *head);

/* Its clone may be deleted again, which waited meanwhile. */
void leaf_release(struct chain *chain);

/* HEAD could be merged. */
void leaf_begin(struct chain *chain, struct node *head);

#endif
