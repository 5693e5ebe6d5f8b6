/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/judge/oracle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"

#define READ_BYTES ((size_t)1 << 20)

uint64_t digest_hash(const void *bytes, size_t length)
{
	return XXH3_64bits(bytes, length);
}

static int digest_fill(struct digest *digest, int fd, unsigned char *buffer)
{
	size_t block = 0;

	for (uint64_t offset = 0; offset < digest->size_bytes; offset += READ_BYTES) {
		int error;
		size_t got = file_read_up_to(fd, buffer, READ_BYTES, offset, &error);

		if (error < 0)
			return error;
		for (size_t at = 0; at < got; at += ORACLE_BLOCK_BYTES) {
			size_t length = got - at;

			if (length > ORACLE_BLOCK_BYTES)
				length = ORACLE_BLOCK_BYTES;
			if (block < digest->block_count)
				digest->hashes[block++] = digest_hash(buffer + at, length);
		}
	}
	/* The file was truncated while it was read: its content is undefined. */
	return block == digest->block_count ? 0 : -EIO;
}

/*
 * Reads through the page cache, which the kernel keeps coherent with the rig's direct writes: each
 * of them drops the pages that it replaces.
 */
int digest_create(const char *path, struct digest **ret)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) < 0)
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return -EINVAL;

	AUTO(auto_free) unsigned char *buffer = heap_new(READ_BYTES);
	struct digest *digest = heap_new(sizeof *digest);

	digest->size_bytes = (uint64_t)stat.st_size;
	digest->block_count = (size_t)((digest->size_bytes + ORACLE_BLOCK_BYTES - 1) /
				       ORACLE_BLOCK_BYTES);
	digest->hashes = heap_new((digest->block_count + 1) * sizeof *digest->hashes);

	int error = digest_fill(digest, fd, buffer);

	if (error < 0) {
		digest_destroy(digest);
		return error;
	}
	*ret = digest;
	return 0;
}

void digest_destroy(struct digest *digest)
{
	if (!digest)
		return;
	free(digest->hashes);
	free(digest->doubts.items);
	free(digest);
}

void digest_grow(struct digest *digest, uint64_t size_bytes)
{
	static const unsigned char zeros[ORACLE_BLOCK_BYTES];
	uint64_t hash = digest_hash(zeros, sizeof zeros);
	size_t count = (size_t)(size_bytes / ORACLE_BLOCK_BYTES);

	digest->hashes = realloc(digest->hashes, (count + 1) * sizeof *digest->hashes);
	MUST(digest->hashes);
	for (size_t block = digest->block_count; block < count; block++)
		digest->hashes[block] = hash;
	digest->block_count = count;
	digest->size_bytes = size_bytes;
}

struct block_set *block_set_create(size_t block_count)
{
	struct block_set *set = heap_new(sizeof *set);

	set->block_count = block_count;
	set->words = heap_new((block_count / 64 + 1) * sizeof *set->words);
	return set;
}

void block_set_destroy(struct block_set *set)
{
	if (!set)
		return;
	free(set->words);
	free(set);
}

/* Adds BLOCK, which differs and comes after all blocks added before. */
static void range_add(struct comparison *comparison, size_t block)
{
	size_t count = comparison->range_count;
	bool is_next = count > 0 && comparison->last_different + 1 == block;

	if (!is_next)
		comparison->range_count = ++count;
	if (count <= COMPARISON_RANGES_MAX) {
		struct block_range *range = &comparison->ranges[count - 1];

		range->first = is_next ? range->first : block;
		range->last = block;
	}
	comparison->last_different = block;
}

static bool doubts_allow(const struct doubts *doubts, size_t block, uint64_t hash)
{
	size_t low = 0, high = doubts->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (doubts->items[middle].block < block)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < doubts->count && doubts->items[low].block == block; low++) {
		if (doubts->items[low].hash == hash)
			return true;
	}
	return false;
}

bool digest_block_fits(const struct digest *expected, const struct digest *met, size_t block)
{
	return block < met->block_count &&
	       (met->hashes[block] == expected->hashes[block] ||
		       doubts_allow(&expected->doubts, block, met->hashes[block]));
}

void digest_compare(const struct digest *expected, const struct digest *met,
	const struct block_set *only, struct comparison *ret)
{
	struct comparison comparison = {
		.expected_bytes = expected->size_bytes,
		.met_bytes = met->size_bytes,
	};

	for (size_t block = 0; block < expected->block_count; block++) {
		if (only && !block_set_has(only, block))
			continue;
		comparison.compared_count++;
		if (digest_block_fits(expected, met, block))
			continue;
		if (comparison.different_count++ == 0)
			comparison.first_different = block;
		range_add(&comparison, block);
	}
	comparison.same = comparison.different_count == 0 &&
			  (only || comparison.expected_bytes == comparison.met_bytes);
	*ret = comparison;
}

/* "4096..8191, 65536..69631, ..." */
static char *ranges_text(const struct comparison *comparison)
{
	char *text = heap_copy("");

	for (size_t i = 0; i < comparison->range_count && i < COMPARISON_RANGES_MAX; i++) {
		const struct block_range *range = &comparison->ranges[i];
		AUTO(auto_free) char *before = text;

		text = heap_format("%s%s%" PRIu64 "..%" PRIu64, before, i > 0 ? ", " : "",
			(uint64_t)range->first * ORACLE_BLOCK_BYTES,
			(uint64_t)(range->last + 1) * ORACLE_BLOCK_BYTES - 1);
	}
	if (comparison->range_count > COMPARISON_RANGES_MAX) {
		AUTO(auto_free) char *before = text;

		text = heap_format("%s, ...", before);
	}
	return text;
}

char *comparison_text(const struct comparison *comparison)
{
	uint64_t offset = (uint64_t)comparison->first_different * ORACLE_BLOCK_BYTES;

	if (comparison->same)
		return heap_format("all %zu blocks are the same", comparison->compared_count);
	if (comparison->met_bytes < comparison->expected_bytes)
		return heap_format("%" PRIu64 " bytes instead of %" PRIu64
				   "; %zu of %zu blocks differ",
			comparison->met_bytes, comparison->expected_bytes,
			comparison->different_count, comparison->compared_count);
	if (comparison->different_count == 0)
		return heap_format("%" PRIu64 " bytes instead of %" PRIu64, comparison->met_bytes,
			comparison->expected_bytes);

	AUTO(auto_free) char *ranges = ranges_text(comparison);

	return heap_format("%zu of %zu blocks differ, the first at offset %" PRIu64 " (%s)",
		comparison->different_count, comparison->compared_count, offset, ranges);
}
