/* SPDX-License-Identifier: Apache-2.0 */
/* load.h - what was found in the state folder becomes trees. */
#ifndef SNAPRIG_VOLUME_CHAIN_LOAD_H
#define SNAPRIG_VOLUME_CHAIN_LOAD_H

#include <stdint.h>

struct chain;
struct node;

/* The node ID of chain->loading, or NULL. */
struct node *loading_find(struct chain *chain, uint64_t id);

/* volume/damage.c: what shows blocks of a damaged node is lost: 0, or -errno after a message. */
int chain_lose_damaged(struct chain *chain);

/* Ends what coalesce was at: 0, or -errno after a message. */
int intents_finish(struct chain *chain);

#endif
