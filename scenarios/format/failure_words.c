/* SPDX-License-Identifier: Apache-2.0 */
/* failure_words.c - binds the {words} of a failure. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/failure.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

#define WORD_AT	      "{at}"
#define WORD_MIDDLE   "{middle}"

#define OFFSET_AT     "offset>="

#define EXAMPLE_AT    "read.progress>=50%"
#define EXAMPLE_BYTES (64ull << 20)

/* Every load writes blocks of at least this size. */
#define WRITE_BLOCK_BYTES   4096u

#define LIMIT_UNIT_BYTES    (64ull << 10)

#define SUM_MAX_BYTES	    (1ull << 40)
#define SUM_MAX_PER_MILLION 100000000u

/* Replaces each WORD in TEXT, which it takes over, with VALUE. */
static char *word_bind(char *text, const char *word, const char *value)
{
	for (char *at = strstr(text, word); at; at = strstr(text, word)) {
		char *longer = heap_format(
			"%.*s%s%s", (int)(at - text), text, value, at + strlen(word));

		free(text);
		text = longer;
	}
	return text;
}

/* What the words are replaced with. */
struct bound {
	const char *moment;
	uint64_t offset_bytes;
};

static char *words_bind(const char *text, const struct bound *bound)
{
	AUTO(auto_free) char *offset = heap_format("%" PRIu64, bound->offset_bytes);

	return word_bind(word_bind(heap_copy(text), WORD_AT, bound->moment), WORD_MIDDLE, offset);
}

static uint64_t middle_of(uint64_t volume_bytes)
{
	return volume_bytes / 2 - 1;
}

char *failure_example(const char *text)
{
	const struct bound example = { EXAMPLE_AT, middle_of(EXAMPLE_BYTES) };

	return words_bind(text, &example);
}

/* ---- what can be set ---- */

static bool offset_parse(const char *at, uint64_t *ret_bytes)
{
	size_t length = strlen(OFFSET_AT);

	return strncmp(at, OFFSET_AT, length) == 0 && size_parse(at + length, ret_bytes) == 0;
}

static bool step_has(const struct step *step, const char *word)
{
	for (size_t i = 0; i < step->faults.count; i++)
		if (strstr(step->faults.texts[i], word))
			return true;
	return step->start.gauge && strcmp(step->start.gauge, word) == 0;
}

static bool failure_has_word(const struct failure *failure, const char *word)
{
	for (size_t i = 0; i < failure->scenario.phase_count; i++) {
		const struct phase *phase = &failure->scenario.phases[i];

		for (size_t at = 0; at < phase->step_count; at++)
			if (step_has(&phase->steps[at], word))
				return true;
	}
	return false;
}

bool failure_has_moment(const struct failure *failure)
{
	return failure_has_word(failure, WORD_AT);
}

bool failure_has_offset(const struct failure *failure)
{
	return failure_has_word(failure, WORD_MIDDLE);
}

const char *failure_place(const struct failure *failure)
{
	/* as in middle_of() */
	return !failure->at && failure_has_offset(failure) ? "offset 50%-1" : failure->at;
}

bool failure_at_reads(const char *at)
{
	struct start_condition moment = { 0 };
	uint64_t bytes;
	bool reads = offset_parse(at, &bytes) || moment_parse(at, &moment);

	free(moment.gauge);
	free(moment.at_least);
	return reads;
}

bool failure_has_at(const struct failure *failure, const char *at)
{
	uint64_t bytes;

	return offset_parse(at, &bytes) ? failure_has_offset(failure) : failure_has_moment(failure);
}

/* ---- binding ---- */

/* Returns COUNT millionths of BYTES, in whole UNITs, at least one. */
static uint64_t share_of(uint64_t bytes, uint32_t per_million, uint64_t unit)
{
	uint64_t share = bytes / 1000000 * per_million + bytes % 1000000 * per_million / 1000000;

	return share < unit ? unit : share - share % unit;
}

int failure_sum_parse(const char *text, uint64_t *ret_bytes, uint32_t *ret_per_million)
{
	const char *plus = strchr(text, '+');
	AUTO(auto_free) char *size = plus ? heap_format("%.*s", (int)(plus - text), text) : NULL;

	if (!size || size_parse(size, ret_bytes) < 0 || *ret_bytes > SUM_MAX_BYTES ||
		share_parse(plus + 1, ret_per_million) < 0 ||
		*ret_per_million > SUM_MAX_PER_MILLION)
		return -EINVAL;
	return 0;
}

/* Rounds the share to what every profile accepts: LVM counts in sectors, VSS in 16 KiB. */
static void limit_bind(char **limit, uint64_t volume_bytes)
{
	uint64_t more = 0;
	uint32_t per_million;

	if (!*limit || (share_parse(*limit, &per_million) < 0 &&
			       failure_sum_parse(*limit, &more, &per_million) < 0))
		return;
	free(*limit);
	*limit = heap_format(
		"%" PRIu64, more + share_of(volume_bytes, per_million, LIMIT_UNIT_BYTES));
}

static void step_bind(struct step *step, const struct bound *words, uint64_t volume_bytes)
{
	if (step->per_million > 0) {
		step->bytes = share_of(volume_bytes, step->per_million, WRITE_BLOCK_BYTES);
		step->per_million = 0;
	}
	limit_bind(&step->limit, volume_bytes);
	if (step->start.gauge && strcmp(step->start.gauge, WORD_AT) == 0) {
		free(step->start.gauge);
		MUST(moment_parse(words->moment, &step->start));
	}
	for (size_t i = 0; i < step->faults.count; i++) {
		char *bound = words_bind(step->faults.texts[i], words);

		free(step->faults.texts[i]);
		step->faults.texts[i] = bound;
	}
}

void failure_bind(struct failure *failure, const char *at, uint64_t volume_bytes)
{
	struct bound words = {
		.moment = failure->at ? failure->at : EXAMPLE_AT,
		.offset_bytes = middle_of(volume_bytes),
	};

	limit_bind(&failure->scenario.limit, volume_bytes);
	if (at && !offset_parse(at, &words.offset_bytes))
		words.moment = at;
	for (size_t i = 0; i < failure->scenario.phase_count; i++) {
		struct phase *phase = &failure->scenario.phases[i];

		for (size_t step = 0; step < phase->step_count; step++)
			step_bind(&phase->steps[step], &words, volume_bytes);
	}
}
