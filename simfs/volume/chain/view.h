/* SPDX-License-Identifier: Apache-2.0 */
/* view.h - whose data a view sees. */
#ifndef SNAPRIG_VOLUME_CHAIN_VIEW_H
#define SNAPRIG_VOLUME_CHAIN_VIEW_H

#include <stdint.h>

struct chain;
struct node;

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

#endif
