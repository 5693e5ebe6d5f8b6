/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owner.h - what snapshots and nodes keep in the superblock of their store.
 *
 * The store keeps a kind, a length and that many bytes (struct store_owner) without
 * interpreting them; this file does. Each kind has a fixed length. Before using a store found
 * on disk, call owner_fault().
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

/* struct owner.flags: the store's own name is right; that of its file may not be (lvm/rename.c). */
#define OWNER_NAMED 1u

/* The bytes, little-endian; a kind has a prefix of them, of its own length. */
struct owner {
	uint64_t parent_id; /* in a shared area: the next newer one; in a chain: the parent node */
	uint64_t lineage;   /* in a chain: the clone's; else constant across transitions */

	/* For snapshots. */
	uint64_t sequence_id; /* within a lineage */
	uint16_t mode;	      /* enum snapshot_mode */
	uint16_t flags;	      /* OWNER_NAMED */

	/* For dattobd's, in copy-on-write. */
	uint32_t minor;
	char label[OWNER_LABEL_BYTES]; /* path of the COW file; "": the profile's default */
};

/* Why FACTS, as found on disk, have no known owner; NULL if they have one. */
const char *owner_fault(const struct store_facts *facts);

/* The length of KIND; 0: unknown. */
uint32_t owner_length(uint32_t kind);

/* Decodes FACTS; fields that their kind does not have are 0. */
struct owner owner_of(const struct store_facts *facts);

/* owner_of(FACTS).label, valid as long as FACTS. */
const char *owner_label(const struct store_facts *facts);

/* Stores OWNER in FACTS, as much of it as KIND has. */
void owner_put(struct store_facts *facts, enum owner_kind kind, const struct owner *owner);

/* Each changes one field in FACTS, whose kind must have it, for store_update(). */
void owner_set_parent(struct store_facts *facts, uint64_t parent_id);
void owner_set_lineage(struct store_facts *facts, uint64_t lineage);
void owner_set_mode(struct store_facts *facts, enum snapshot_mode mode);
void owner_set_named(struct store_facts *facts);

#endif
