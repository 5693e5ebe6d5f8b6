/* SPDX-License-Identifier: Apache-2.0 */
/* space.h - what a chain takes in the SR. */
#ifndef SNAPRIG_VOLUME_CHAIN_SPACE_H
#define SNAPRIG_VOLUME_CHAIN_SPACE_H

#include <stdint.h>

struct chain;
struct node;

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

#endif
