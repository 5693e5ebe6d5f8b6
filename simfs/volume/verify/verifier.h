/* SPDX-License-Identifier: Apache-2.0 */
/* verifier.h - what the files of verifying share; for nobody else. */
#ifndef SNAPRIG_VOLUME_VERIFY_VERIFIER_H
#define SNAPRIG_VOLUME_VERIFY_VERIFIER_H

#include "simfs/volume/chain/chain.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/state.h"
#include "simfs/volume/verify/verify.h"

enum verify_kind { VERIFY_SNAPSHOT, VERIFY_KEPT, VERIFY_NODE };

/* One file with a store. */
struct verify_entry {
	char *file;
	enum verify_kind kind;
	bool has_facts; /* its superblock checks */
	struct store_facts facts;
	struct owner owner;  /* that of the facts */
	struct store *store; /* NULL: it cannot be read, or is none of ours */
	bool is_damaged;

	/* Of its data. */
	uint64_t damaged_blocks;
	uint64_t damaged_last;

	/* Of the nodes that there are (chain.c). */
	const struct verify_entry *parent;
	bool is_head; /* the last node of its lineage */
};

struct verifier {
	struct verify *verify;
	struct blockio *origin;
	struct blockio_folder *folder;
	struct state_record record;
	bool has_record;
	struct verify_entry *entries; /* snapshots first */
	size_t entry_count;
	char **others; /* files that are no stores */
	size_t other_count;
};

#define VERIFY_WHOSE_BYTES 96

void verify_tell(const struct verifier *verifier, bool is_note, const char *file, uint64_t offset,
	const char *whose, const char *what, ...) __attribute__((format(printf, 6, 7)));

/* Whose the store of ENTRY is, as far as it tells. */
const char *verify_whose(const struct verifier *verifier, const struct verify_entry *entry,
	char *buffer, size_t length);

/* store.c: opens what is in the file of ENTRY, then reads it; -errno when that cannot be. */
int verify_store_open(const struct verifier *verifier, struct verify_entry *entry);
int verify_store_data(const struct verifier *verifier, struct verify_entry *entry);

/* chain.c: finds the parents and heads among the nodes that were opened. */
void verify_chain_link(struct verifier *verifier);

/* Who shows BLOCK as the node ENTRY has it, as " (the live view and ... show it)". */
const char *verify_shown_by(const struct verifier *verifier, const struct verify_entry *entry,
	uint64_t block, char *buffer, size_t length);

/* That the stores of a chain, and all numbers, belong together. */
void verify_chain(const struct verifier *verifier);

/* area.c: that snapshots which show blocks of newer ones have them. */
void verify_area(const struct verifier *verifier);

/* files.c: what is no store. */
void verify_files(const struct verifier *verifier);

#endif
