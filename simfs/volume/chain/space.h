/* SPDX-License-Identifier: Apache-2.0 */
/* space.h - the space that a chain takes in the SR. */
#ifndef SNAPRIG_VOLUME_CHAIN_SPACE_H
#define SNAPRIG_VOLUME_CHAIN_SPACE_H

#include <stdint.h>

struct chain;
struct node;

/* Counts the units of the blocks as allocated in NODE. */
void space_allocate(struct chain *chain, struct node *node, uint64_t first, uint64_t count);

/* The same for a live write: 0, or -ENOSPC if the SR has no room for it. */
int space_charge(struct chain *chain, struct node *node, uint64_t first, uint64_t count);

/* The number of units NODE would have together with those of OTHER. */
uint64_t space_union(const struct chain *chain, const struct node *node, const struct node *other);

uint64_t space_node_bytes(const struct chain *chain, const struct node *node);
uint64_t space_leaf_bytes(const struct chain *chain); /* of an empty one that is not written to */
uint64_t space_used_bytes(const struct chain *chain);
uint64_t space_free_bytes(const struct chain *chain); /* UINT64_MAX: no limit */

/* The space that taking a snapshot of HEAD needs until it is done. */
uint64_t space_snapshot_demand_bytes(const struct chain *chain, const struct node *head);

/* The space that a clone needs, or a copy at its start. */
uint64_t space_clone_demand_bytes(const struct chain *chain);

/* The space that merging NODE into its parent needs until it is done. */
uint64_t space_merge_demand_bytes(const struct chain *chain, const struct node *node);

#endif
