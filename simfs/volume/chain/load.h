/* SPDX-License-Identifier: Apache-2.0 */
/* load.h - builds the trees from the files in the state folder. */
#ifndef SNAPRIG_VOLUME_CHAIN_LOAD_H
#define SNAPRIG_VOLUME_CHAIN_LOAD_H

#include <stdint.h>

struct chain;
struct node;

/* Returns the node ID in chain->loading, or NULL. */
struct node *loading_find(struct chain *chain, uint64_t id);

/* damage.c: gives up the views that show blocks of a damaged node: 0, or -errno after a message. */
int chain_lose_damaged(struct chain *chain);

/* Finishes what coalesce was doing: 0, or -errno after a message. */
int intents_finish(struct chain *chain);

#endif
