/* SPDX-License-Identifier: Apache-2.0 */
/* merge.h - shared by the files of coalesce: the worker, its choice, and a merge. */
#ifndef SNAPRIG_VOLUME_COALESCE_MERGE_H
#define SNAPRIG_VOLUME_COALESCE_MERGE_H

#include "simfs/volume/coalesce/coalesce.h"

/* choose.c: whether NODE could be merged into its parent. */
bool coalesce_is_candidate(const struct chain *chain, const struct node *node);

/* Whether there is something to merge or to delete. */
bool coalesce_has_work(const struct chain *chain);

/* Deletes the nodes that are no longer needed. */
void garbage_remove(struct chain *chain);

/* The first starts a scan; the second returns its candidates one by one, then NULL. */
void candidates_begin(struct chain *chain);
struct node *candidate_next(struct chain *chain);

/* Continues with STATE at a tick in PAUSE_NS. */
void coalesce_go(struct chain *chain, enum coalesce_state state, uint64_t pause_ns);
void coalesce_end(struct chain *chain);

/* Records why nothing was done, for the status and the log. */
__attribute__((format(printf, 2, 3))) void coalesce_say(
	struct chain *chain, const char *format, ...);

/* merge.c: copies the data of NODE into its parent and removes NODE. Call merge_copy_on()
 * after any change in the window: it continues in PAUSE_NS, or as soon as possible. */
void merge_begin(struct chain *chain, struct node *node, bool is_leaf);
void merge_copy(struct chain *chain);
void merge_copy_on(struct chain *chain, uint64_t pause_ns);
void merge_copy_failed(struct chain *chain, int error);
void merge_flush(struct chain *chain);
void merge_relink(struct chain *chain);
void merge_end(struct chain *chain, int error);
void merge_time_out(struct chain *chain);

/* window.c: allocates the memory of a merge, kept for the next one: 0 or -ENOMEM. */
int window_begin(struct chain *chain);
void window_free(struct chain *chain);

/* Whether one more chunk may be in flight; the most blocks it may have, if there was room
 * when its turn came; and whether nothing at all is in flight. */
bool window_has_room(struct chain *chain);
uint64_t window_chunk_blocks(struct chain *chain);
bool window_is_empty(const struct chain *chain);

/* Starts a chunk of COUNT blocks of the node from FIRST on; there must be room. */
void window_add(struct chain *chain, uint64_t first, uint64_t count);

/* Starts nothing more; keeps the first ERROR. What is in flight ends. */
void window_fail(struct chain *chain, int error);

/* A piece was read, or has failed. Writes the chunks that are complete. */
void window_go(struct chain *chain);

static inline struct merge_chunk *window_chunk(struct merge_window *window, uint64_t number)
{
	return &window->chunks[number % VOLUME_COALESCE_CHUNKS];
}

/* gather.c: reads the pieces of the window's chunks, and calls window_go(). */
void gather_go(struct chain *chain);

/* Removes the merged node, which no child names any more. */
void merge_node_out(struct chain *chain);

/* settle.c: the merged leaf is removed, its parent is the head, and its writers continue.
 * Ends the merge when the removal is durable. */
void settle_begin(struct chain *chain);

/* relink.c: makes its children name its parent, then ends the merge. */
void relink_begin(struct chain *chain);

/* leaf.c: whether HEAD was made smaller in this run, in order to merge it. */
bool leaf_is_tracked(const struct chain *chain, const struct node *head);

/* Its clone can be deleted again; a pending deletion continues. */
void leaf_release(struct chain *chain);

/* Starts on HEAD, which could be merged. */
void leaf_begin(struct chain *chain, struct node *head);

#endif
