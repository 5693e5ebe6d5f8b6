/* SPDX-License-Identifier: Apache-2.0 */
/* leaf.h - creates, names and enters a new node. */
#ifndef SNAPRIG_VOLUME_CHAIN_LEAF_H
#define SNAPRIG_VOLUME_CHAIN_LEAF_H

#include <stdint.h>

struct chain;
struct node;
struct node_create;
struct snapshot;

/*
 * Creates the file of a node of LINEAGE over PARENT (NULL: a root) for CREATE, whose `done`
 * is called, now or later.
 */
void leaf_create(struct chain *chain, struct node_create *create, const struct node *parent,
	uint64_t lineage);

/*
 * Gives the file of CREATE, which is ready, its final name; `done` is called again, now or
 * later. PARENT will be the node's parent. The trees must be locked until then.
 */
void leaf_name(struct node_create *create, const struct node *parent);

/* Makes the node, which has its name, a child of PARENT. */
void leaf_enter(struct node_create *create, struct node *parent);

/* The same over the head of CLONE (NULL: the live view), which the node then becomes; no
 * write to it may be in flight. */
void leaf_push(struct node_create *create, struct snapshot *clone);

/* Drops the node of CREATE if it was not entered, and its file. */
void leaf_undo(struct node_create *create);

#endif
