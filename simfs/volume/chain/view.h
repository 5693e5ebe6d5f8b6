/* SPDX-License-Identifier: Apache-2.0 */
/* view.h - whose data a view shows. */
#ifndef SNAPRIG_VOLUME_CHAIN_VIEW_H
#define SNAPRIG_VOLUME_CHAIN_VIEW_H

#include <stdint.h>

struct chain;
struct node;

/* The node whose data VIEW shows at BLOCK; the root if no other node has it. */
struct node *view_owner(struct chain *chain, struct node *view, uint64_t block);

/* HEAD got data for some or all of the blocks from FIRST to before END. */
void view_written(struct node *head, uint64_t first, uint64_t end);

/* From now on NEXT, which is empty, shows what NODE showed. */
void view_move(struct node *node, struct node *next);
void view_drop(struct chain *chain, struct node *node);

/* Gives NODE a slot; if none is free, drops all views first. */
void view_slot_take(struct chain *chain, struct node *node);

/* From now on the data of NODE belong to TARGET. */
void view_slot_merge(struct chain *chain, const struct node *node, struct node *target);

#endif
