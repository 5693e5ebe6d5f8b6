/* SPDX-License-Identifier: Apache-2.0 */
/* nodes.h - the nodes of a chain, and their trees. */
#ifndef SNAPRIG_VOLUME_CHAIN_NODES_H
#define SNAPRIG_VOLUME_CHAIN_NODES_H

#include "simfs/volume/chain/chain.h"

struct request_part;
struct volume_request;

static inline bool node_is_head(const struct chain *chain, const struct node *node)
{
	return node == chain->live || node->clone;
}

static inline bool node_is_image(const struct node *node)
{
	return node->id == 0;
}

static inline uint64_t node_lineage(const struct node *node)
{
	return node->store ? owner_of(store_facts(node->store)).lineage : 0;
}

/* The number of nodes from the root to NODE, including both. */
unsigned node_depth(const struct node *node);
const struct node *node_root(const struct node *node);

static inline void node_dirtied(struct chain *chain, struct node *node)
{
	chain->write_sequence++;
	if (node->dirty_since == 0)
		node->dirty_since = chain->write_sequence;
}

struct blockio *node_io(const struct chain *chain, const struct node *node);

/* Whether NODE has data of BLOCK; in a root, a block without data is zeros. */
static inline bool node_has(const struct node *node, uint64_t block)
{
	return node_is_image(node) || store_has_data(node->store, block);
}

/* The position of BLOCK in node_io(); NODE must have it. */
uint64_t node_position(const struct node *node, uint64_t block);

/*
 * Writes COUNT blocks from FIRST on, with their content at BYTES (kept until WAITER ends): in
 * place if NODE has them, else by appending. Not for the image. Counts WAITER one or more
 * times.
 */
void node_write(struct node *node, uint64_t first, uint64_t count, char *bytes,
	struct store_waiter *waiter);

/* Lets NODE accept writes again after an error: the disk may have recovered, or have space
 * again. */
void node_resume(struct node *node);

/* READ, of the volume's bytes from FIRST_BYTES on, has found the store of NODE damaged. */
void node_damaged(struct chain *chain, const struct node *node, const struct store_read *read,
	uint64_t first_bytes);

/*
 * Parts of a request (volume/parts.h) on NODE, which stays open until they have ended. The
 * first begins one; the second also reads LENGTH bytes at OFFSET of the volume, which are
 * contiguous in NODE, into BYTES. Their parts_ops.ended is node_part_ended(), or calls it.
 */
struct request_part *node_part_begin(
	struct volume_request *request, struct node *node, uint64_t offset, size_t length);
void node_part_read(struct volume_request *request, struct node *node, uint64_t offset,
	size_t length, char *bytes);
void node_part_ended(struct request_part *part, int result);

/* A node for STORE (NULL: the image), in no tree; it owns STORE. NULL without memory. */
struct node *node_new(struct chain *chain, uint64_t id, struct store *store);

/* NULL is fine. */
void node_free(struct chain *chain, struct node *node);
void node_file_name(uint64_t id, char *buffer, size_t length);

/* "*811e7004[VHD](80.000G/2.155M)": as the storage manager's log prints it. */
const char *node_text(
	const struct chain *chain, const struct node *node, char *buffer, size_t length);
const char *node_text_of(const struct chain *chain, uint64_t id, bool is_hidden, uint64_t sr_bytes,
	char *buffer, size_t length);
#define NODE_TEXT_BYTES 96

/* Makes NODE, which is in no list, a child of PARENT (NULL: a root). */
void node_hang(struct chain *chain, struct node *node, struct node *parent);

/* Frees NODE, which is in no tree, once it has no reads and its store is idle. */
void node_discard(struct chain *chain, struct node *node);

/* From now on SNAPSHOT, which is not a clone, is a child of BASE (NULL: of none). */
void snapshot_hang(struct snapshot *snapshot, struct node *base);

/* From now on NODE is the head of CLONE or of the live view. */
void chain_set_head(struct chain *chain, struct snapshot *clone, struct node *node);

/* Removes the file of NODE, which stays in its tree: 0, or -errno after a message. */
int node_file_remove(struct chain *chain, const struct node *node);

/* Removes NODE, which is not a root, from its tree. Its parent takes over what it showed, and
 * its role as head. */
void chain_take_out(struct chain *chain, struct node *node);

/* Removes NODE, which has no children, from its tree, and its file: 0 or -errno. */
int chain_remove(struct chain *chain, struct node *node);

void node_request_begin(struct node *node);
void node_request_end(struct chain *chain, struct node *node);

/* Calls turn->go, now or later, when the trees may be changed; it must unlock when done. */
void chain_lock(struct chain *chain, struct order_turn *turn);
void chain_unlock(struct chain *chain);

#endif
