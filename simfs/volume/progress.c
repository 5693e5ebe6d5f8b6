/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/progress.h"

#include <stdlib.h>

#include "simfs/base/check.h"

#define BLOCK_SHIFT_MIN 12
#define BLOCKS_MAX	((uint64_t)1 << 28)
#define WORD_BITS	64

/* The kernel provides the pages when they are touched: blocks that are not read take no memory. */
static void make(struct read_progress *progress, uint64_t volume_bytes)
{
	uint64_t block_count;
	unsigned shift = BLOCK_SHIFT_MIN;

	while ((volume_bytes - 1) >> shift >= BLOCKS_MAX)
		shift++;
	block_count = ((volume_bytes - 1) >> shift) + 1;
	progress->is_read = calloc((block_count - 1) / WORD_BITS + 1, sizeof *progress->is_read);
	if (!progress->is_read)
		return;
	progress->block_shift = shift;
	progress->block_count = block_count;
}

/* The bits from FIRST to before END of a word. */
static uint64_t mask_of(unsigned first, unsigned end)
{
	uint64_t up_to_end = end == WORD_BITS ? UINT64_MAX : ((uint64_t)1 << end) - 1;

	return up_to_end & ~(((uint64_t)1 << first) - 1);
}

void progress_end_blocks(struct read_progress *progress, uint64_t volume_bytes,
	uint64_t first_bytes, uint64_t length_bytes)
{
	if (!progress->is_read)
		make(progress, volume_bytes);
	if (!progress->is_read)
		return;

	uint64_t at = first_bytes >> progress->block_shift;
	uint64_t end = ((first_bytes + length_bytes - 1) >> progress->block_shift) + 1;

	MUST(end <= progress->block_count);
	while (at < end) {
		uint64_t *word = &progress->is_read[at / WORD_BITS];
		uint64_t word_end = (at / WORD_BITS + 1) * WORD_BITS;
		uint64_t here = end < word_end ? end : word_end;
		uint64_t fresh = mask_of(at % WORD_BITS, (unsigned)((here - 1) % WORD_BITS + 1));

		fresh &= ~*word;
		if (fresh != 0) {
			*word |= fresh;
			progress->blocks_read += (uint64_t)__builtin_popcountll(fresh);
		}
		at = here;
	}
}

uint64_t progress_share(const struct read_progress *progress)
{
	if (progress->block_count == 0)
		return 0;
	return progress->blocks_read * 1000000 / progress->block_count;
}

/* The first block at or after AT whose bit is IS_READ, or the block count. */
static uint64_t find(const struct read_progress *progress, uint64_t at, bool is_read)
{
	uint64_t flip = is_read ? 0 : UINT64_MAX;

	while (at < progress->block_count) {
		uint64_t word = progress->is_read[at / WORD_BITS] ^ flip;

		word &= mask_of(at % WORD_BITS, WORD_BITS);
		at -= at % WORD_BITS;
		if (word != 0) {
			at += (uint64_t)__builtin_ctzll(word);
			break;
		}
		at += WORD_BITS;
	}
	return at < progress->block_count ? at : progress->block_count;
}

bool progress_next(
	const struct read_progress *progress, uint64_t at, uint64_t *ret_first, uint64_t *ret_end)
{
	uint64_t first = find(progress, at, true);

	if (first == progress->block_count)
		return false;
	*ret_first = first;
	*ret_end = find(progress, first, false);
	MUST_GET_ON(first, *ret_end);
	return true;
}

void progress_deinit(struct read_progress *progress)
{
	free(progress->is_read);
}
