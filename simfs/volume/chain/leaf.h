/* SPDX-License-Identifier: Apache-2.0 */
/* leaf.h - a new node is made, named and entered. */
#ifndef SNAPRIG_VOLUME_CHAIN_LEAF_H
#define SNAPRIG_VOLUME_CHAIN_LEAF_H

#include <stdint.h>

struct chain;
struct node;
struct node_create;
struct snapshot;

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

#endif
