/* SPDX-License-Identifier: Apache-2.0 */
/* verify_internal.h - what the files of verifying share; for nobody else. */
#ifndef SNAPRIG_VOLUME_VERIFY_INTERNAL_H
#define SNAPRIG_VOLUME_VERIFY_INTERNAL_H

#include "simfs/volume/chain.h"
#include "simfs/volume/verify.h"

/* One file with a store. */
struct verify_entry {
	char *file;
	bool is_node;
	bool has_facts; /* its superblock checks */
	struct store_facts facts;
};

struct verifier {
	struct verify *verify;
	struct blockio *origin;
	struct blockio_folder *folder;
	struct state_record record;
	bool has_record;
	struct verify_entry *entries;
	size_t entry_count;
};

#define VERIFY_WHOSE_BYTES 96

void verify_tell(const struct verifier *verifier, bool is_note, const char *file, uint64_t offset,
	const char *whose, const char *what, ...) __attribute__((format(printf, 6, 7)));

/* Whose the store of ENTRY is, as far as it tells. */
const char *verify_whose(const struct verifier *verifier, const struct verify_entry *entry,
	char *buffer, size_t length);

/* verify_chain.c: that the stores belong together. */
void verify_relations(const struct verifier *verifier);

#endif
