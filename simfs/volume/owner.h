/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owner.h - what snapshots and nodes say of themselves in the superblock of their store.
 *
 * The store keeps a kind, a length and so many bytes (struct store_owner), and knows nothing of
 * their meaning, which is here.  A kind has its length; whoever opens a store that he has not
 * written himself asks owner_fault() first.
 */
#ifndef SNAPRIG_VOLUME_OWNER_H
#define SNAPRIG_VOLUME_OWNER_H

#include <stdint.h>

#include "simfs/store/store.h"

#define OWNER_LABEL_BYTES 96

/* struct store_owner.kind; on the disk. */
enum owner_kind { OWNER_COW_SNAPSHOT, OWNER_CHAIN_SNAPSHOT, OWNER_CHAIN_NODE };

enum snapshot_mode {
	SNAPSHOT_MODE_SNAPSHOT,
	SNAPSHOT_MODE_INCREMENTAL,
	SNAPSHOT_MODE_CLONE,
	SNAPSHOT_MODE_DETACHED, /* of lvm (lvm/lvm.h) */
};

/* struct owner.flags: the store's name is right, and that of its file may not be (lvm/rename.c). */
#define OWNER_NAMED 1u

/* The bytes, little-endian; a kind has them from the beginning on, as far as its length goes. */
struct owner {
	uint64_t parent_id; /* of a shared area the next newer one's; in a chain the node's above */
	uint64_t lineage;   /* in a chain: the clone's; else the same over transitions */

	/* Of snapshots. */
	uint64_t sequence_id; /* of a lineage */
	uint16_t mode;	      /* enum snapshot_mode */
	uint16_t flags;	      /* OWNER_NAMED */

	/* Of dattobd's, by copy-on-write. */
	uint32_t minor;
	char label[OWNER_LABEL_BYTES]; /* path of the COW file; "": the profile's */
};

/* Why FACTS, as they were found, are no owner's that is known here; NULL: they are. */
const char *owner_fault(const struct store_facts *facts);

/* How many bytes KIND has; 0: there is none such. */
uint32_t owner_length(uint32_t kind);

/* What FACTS say; what their kind does not have is 0. */
struct owner owner_of(const struct store_facts *facts);

/* owner_of(FACTS).label, which lives as long as FACTS. */
const char *owner_label(const struct store_facts *facts);

/* Makes FACTS say OWNER, as far as KIND has it. */
void owner_put(struct store_facts *facts, enum owner_kind kind, const struct owner *owner);

/* Changes one of them in FACTS, whose kind has it, for store_update(). */
void owner_set_parent(struct store_facts *facts, uint64_t parent_id);
void owner_set_lineage(struct store_facts *facts, uint64_t lineage);
void owner_set_mode(struct store_facts *facts, enum snapshot_mode mode);
void owner_set_named(struct store_facts *facts);

#endif
