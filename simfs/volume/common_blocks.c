/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/common_blocks.h"

#include <stdlib.h>
#include <string.h>

#include "simfs/volume/core.h"
#include "simfs/volume/request.h"

#define UNITS_PER_WORD 64u

/* For UNITS_PER_WORD neighbours: those that no snapshot lacks. */
struct common_word {
	uint32_t number;
	uint32_t epoch;
	uint64_t units;
};

/* Units from FIRST to before END. */
struct span {
	uint64_t first, end;
};

/* The bits of word NUMBER that are in SPAN. */
static uint64_t bits_of(const struct span *span, uint64_t number)
{
	uint64_t begin = number * UNITS_PER_WORD;
	uint64_t first = span->first > begin ? span->first - begin : 0;
	uint64_t end = span->end - begin;
	uint64_t below = end < UNITS_PER_WORD ? (UINT64_C(1) << end) - 1 : UINT64_MAX;

	return below & ~((UINT64_C(1) << first) - 1);
}

static struct common_word *word_at(const struct common_blocks *common, uint64_t number)
{
	return &common->words[number % common->count];
}

/* The epoch only repeats after 2^32, when all words are cleared. */
static bool is_of_now(
	const struct common_blocks *common, const struct common_word *word, uint64_t number)
{
	return word->epoch == common->epoch && word->number == number;
}

bool common_blocks_have(const struct volume *volume, const struct volume_request *request)
{
	const struct common_blocks *common = &volume->common;
	struct span span = {
		.first = request->offset / COMMON_UNIT_BYTES,
		.end = (request->offset + request->length - 1) / COMMON_UNIT_BYTES + 1,
	};

	if (!common->words)
		return false;
	for (uint64_t number = span.first / UNITS_PER_WORD; number * UNITS_PER_WORD < span.end;
		number++) {
		const struct common_word *word = word_at(common, number);
		uint64_t wanted = bits_of(&span, number);

		if (!is_of_now(common, word, number) || (word->units & wanted) != wanted)
			return false;
	}
	return true;
}

bool common_blocks_suit(const struct snapshot *snapshot, bool is_asked)
{
	return snapshot->state == SNAPSHOT_FAILED ||
	       (is_asked && snapshot->profile->memory_available_min_per_million == 0);
}

/* Whether there is a table now. */
static bool make_words(struct volume *volume)
{
	struct common_blocks *common = &volume->common;

	if (common->words)
		return true;
	common->count = volume->limits->common_words;
	common->words = calloc(common->count, sizeof *common->words);
	common->epoch = 1;
	return common->words;
}

void common_blocks_note(struct volume *volume, const struct volume_request *request)
{
	struct common_blocks *common = &volume->common;
	struct span span = {
		.first = (request->offset + COMMON_UNIT_BYTES - 1) / COMMON_UNIT_BYTES,
		.end = (request->offset + request->length) / COMMON_UNIT_BYTES,
	};

	if (volume->snapshot_count < volume->limits->common_snapshots || !make_words(volume))
		return;
	for (uint64_t number = span.first / UNITS_PER_WORD; number * UNITS_PER_WORD < span.end;
		number++) {
		struct common_word *word = word_at(common, number);

		if (!is_of_now(common, word, number))
			*word = (struct common_word){
				.number = (uint32_t)number,
				.epoch = common->epoch,
			};
		word->units |= bits_of(&span, number);
	}
}

void common_blocks_forget(struct volume *volume)
{
	struct common_blocks *common = &volume->common;

	if (!common->words)
		return;
	common->epoch++;
	if (common->epoch == 0) {
		memset(common->words, 0, common->count * sizeof *common->words);
		common->epoch = 1;
	}
}

void common_blocks_deinit(struct volume *volume)
{
	free(volume->common.words);
}
