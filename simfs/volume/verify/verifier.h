/* SPDX-License-Identifier: Apache-2.0 */
/* verifier.h - shared by the files of verify only. */
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
	bool has_facts; /* its superblock is valid */
	struct store_facts facts;
	struct owner owner;  /* decoded from the facts */
	struct store *store; /* NULL: unreadable, or not of this volume */
	bool is_damaged;

	/* For its data. */
	uint64_t damaged_blocks;
	uint64_t damaged_last;

	/* For nodes (chain.c). */
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
	char **others; /* files that are not stores */
	size_t other_count;
};

#define VERIFY_WHOSE_BYTES 96

void verify_tell(const struct verifier *verifier, bool is_note, const char *file, uint64_t offset,
	const char *whose, const char *what, ...) __attribute__((format(printf, 6, 7)));

/* Describes to whom the store of ENTRY belongs, as far as it says. */
const char *verify_whose(const struct verifier *verifier, const struct verify_entry *entry,
	char *buffer, size_t length);

/* store.c: the first opens the file of ENTRY, the second reads it; -errno if that is impossible. */
int verify_store_open(const struct verifier *verifier, struct verify_entry *entry);
int verify_store_data(const struct verifier *verifier, struct verify_entry *entry);

/* chain.c: sets the parents and heads of the nodes that were opened. */
void verify_chain_link(struct verifier *verifier);

/* Lists who shows BLOCK with the data of the node ENTRY, as "; shown by the live view, ...". */
const char *verify_shown_by(const struct verifier *verifier, const struct verify_entry *entry,
	uint64_t block, char *buffer, size_t length);

/* Checks that the stores of a chain, and all numbers, are consistent. */
void verify_chain(const struct verifier *verifier);

/* area.c: checks that snapshots that show blocks of newer ones have them. */
void verify_area(const struct verifier *verifier);

/* files.c: checks the files that are not stores. */
void verify_files(const struct verifier *verifier);

#endif
