/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oracle.h - what a content is, known independently of the code that is judged.
 *
 * A digest has one XXH3 hash per block of a file, and is read directly from the file.  Taken of
 * the image at the instant of a snapshot, while writes are held, it says what the snapshot must
 * contain, and later which blocks of a restored file differ.  It never reads through the mount.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_ORACLE_H
#define SNAPRIG_SCENARIOS_JUDGE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORACLE_BLOCK_BYTES 4096

/* Another content that a block may have: a write to it had begun, and its end was not known. */
struct doubt {
	size_t block;
	uint64_t hash;
};

struct doubts {
	struct doubt *items; /* in order of their blocks */
	size_t count;
};

struct digest {
	uint64_t size_bytes;
	size_t block_count; /* the last block may be partial */
	uint64_t *hashes;
	struct doubts doubts; /* none, unless the caller adds them; the digest frees them */
};

/* Reads the file at PATH.  Returns 0 or -errno. */
int digest_create(const char *path, struct digest **ret);
void digest_destroy(struct digest *digest);

/* Extends DIGEST, which has whole blocks only, with zeros to SIZE_BYTES. */
void digest_grow(struct digest *digest, uint64_t size_bytes);

/* Returns the hash that a digest has for a block of LENGTH bytes. */
uint64_t digest_hash(const void *bytes, size_t length);

/* One bit per block: 1 if the block belongs to the content. */
struct block_set {
	size_t block_count;
	uint64_t *words;
};

struct block_set *block_set_create(size_t block_count);
void block_set_destroy(struct block_set *set);

static inline void block_set_add(struct block_set *set, size_t block)
{
	set->words[block / 64] |= 1ull << (block % 64);
}

static inline bool block_set_has(const struct block_set *set, size_t block)
{
	return block < set->block_count && (set->words[block / 64] >> (block % 64) & 1);
}

#define COMPARISON_RANGES_MAX 4

struct comparison {
	uint64_t expected_bytes;
	uint64_t met_bytes;
	size_t compared_count; /* blocks */
	size_t different_count;
	size_t first_different; /* block; valid when different_count > 0 */
	size_t last_different;	/* likewise */
	bool same;

	/* The first runs of different blocks; RANGE_COUNT counts all runs. */
	struct block_range {
		size_t first, last;
	} ranges[COMPARISON_RANGES_MAX];
	size_t range_count;
};

/*
 * Compares MET with EXPECTED, whose doubts are right, too.  Without ONLY, every block counts and
 * the sizes must be equal; with ONLY, just its blocks, all of which must be there.
 */
void digest_compare(const struct digest *expected, const struct digest *met,
	const struct block_set *only, struct comparison *ret);

/* Returns whether BLOCK of MET is what EXPECTED has there, or may have. */
bool digest_block_fits(const struct digest *expected, const struct digest *met, size_t block);

/*
 * Returns "9217 of 65536 blocks differ, the first at offset 28311552 (28311552..28327935, ...)".
 * The caller frees it.
 */
char *comparison_text(const struct comparison *comparison);

#endif
