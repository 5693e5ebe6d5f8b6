/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse.c - the parameters of targets, with the errors of the kernel's constructors.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "simfs/doors/dm/model/internal.h"

/* The most words that DM_PARAMS_MAX can hold. */
#define WORDS_MAX   (DM_PARAMS_MAX / 2)
#define DELAY_WORDS 3
/* The default of a persistent store, in sectors. */
#define CHUNK_DEFAULT 32

struct parser {
	struct dm_table *table;
	struct dm_target *target;
	char **words;
	int count;
	dm_lookup_device *lookup;
	void *context;
};

int dm_split(char *text, char **words, int max)
{
	int count = 0;

	for (;;) {
		while (isspace((unsigned char)*text))
			text++;
		if (!*text)
			return count;
		if (count == max)
			return -E2BIG;

		char *out = words[count++] = text;
		while (*text && !isspace((unsigned char)*text)) {
			if (text[0] == '\\' && text[1])
				text++;
			*out++ = *text++;
		}
		if (*text)
			text++;
		*out = '\0';
	}
}

/* Parses a decimal number up to MAX, and nothing else. */
static int parse_number(const char *word, uint64_t max, uint64_t *ret)
{
	uint64_t number = 0;

	if (!*word)
		return -EINVAL;
	for (; *word; word++) {
		if (!isdigit((unsigned char)*word))
			return -EINVAL;
		unsigned int digit = (unsigned int)(*word - '0');
		if (number > (max - digit) / 10)
			return -EINVAL;
		number = number * 10 + digit;
	}
	*ret = number;
	return 0;
}

static int parse_device(
	const struct parser *parser, const char *word, unsigned int mode, unsigned int *ret)
{
	struct dm_device *device = NULL;
	const struct dm_base *base = NULL;
	int error = parser->lookup(parser->context, word, &device, &base);

	return error ? error : dm_table_ref(parser->table, device, base, mode, ret);
}

static unsigned int table_mode(const struct parser *parser)
{
	return parser->table->read_only ? DM_READS : DM_READS | DM_WRITES;
}

/* Two words: a device and the sector where the piece begins, which is checked first. */
static int parse_piece(const struct parser *parser, char **words, struct dm_piece *ret)
{
	int error = parse_number(words[1], UINT64_MAX, &ret->offset);

	return error ? error : parse_device(parser, words[0], table_mode(parser), &ret->ref);
}

static int parse_linear(const struct parser *parser)
{
	if (parser->count != 2)
		return -EINVAL;
	return parse_piece(parser, parser->words, &parser->target->linear);
}

static int parse_striped(const struct parser *parser)
{
	struct dm_target *target = parser->target;
	uint64_t stripes, chunk;

	if (parser->count < 2 || parse_number(parser->words[0], UINT_MAX, &stripes) || !stripes ||
		parse_number(parser->words[1], UINT_MAX, &chunk) || !chunk)
		return -EINVAL;
	if (target->length % stripes || target->length / stripes % chunk)
		return -EINVAL;
	if ((uint64_t)parser->count != 2 + 2 * stripes)
		return -EINVAL;

	struct dm_striped *striped = &target->striped;
	free(striped->pieces);
	striped->stripes = (unsigned int)stripes;
	striped->chunk = chunk;
	striped->pieces = calloc(stripes, sizeof *striped->pieces);
	if (!striped->pieces)
		return -ENOMEM;

	for (unsigned int i = 0; i < stripes; i++) {
		int error = parse_piece(
			parser, parser->words + 2 + 2 * (size_t)i, &striped->pieces[i]);
		if (error)
			return error;
	}
	return 0;
}

static int parse_delayed(const struct parser *parser, char **words, struct dm_delayed *ret)
{
	uint64_t delay_ms;

	if (parse_number(words[1], UINT64_MAX, &ret->piece.offset) ||
		parse_number(words[2], UINT_MAX, &delay_ms))
		return -EINVAL;
	ret->delay_ms = (unsigned int)delay_ms;
	return parse_device(parser, words[0], table_mode(parser), &ret->piece.ref);
}

/* Flushes default to the values for writes, and those to the values for reads. */
static int parse_delay(const struct parser *parser)
{
	struct dm_delayed *classes = parser->target->delay.classes;
	unsigned int given = (unsigned int)parser->count / DELAY_WORDS;

	if (parser->count % DELAY_WORDS || given < 1 || given > DM_DELAY_CLASSES)
		return -EINVAL;

	parser->target->delay.given = given;
	for (unsigned int i = 0; i < DM_DELAY_CLASSES; i++) {
		if (i >= given) {
			classes[i] = classes[i - 1];
			continue;
		}
		int error = parse_delayed(
			parser, parser->words + DELAY_WORDS * (size_t)i, &classes[i]);
		if (error)
			return error;
	}
	return 0;
}

/* A count of words, and those words; further ones are ignored. */
static int parse_features(const struct parser *parser, struct dm_snapshot_target *snapshot)
{
	uint64_t count;

	snapshot->discard_zeroes_cow = snapshot->discard_passdown_origin = false;
	if (parser->count == 4)
		return 0;
	if (parse_number(parser->words[4], 2, &count) || (uint64_t)parser->count - 5 < count)
		return -EINVAL;

	for (uint64_t i = 0; i < count; i++) {
		const char *word = parser->words[5 + i];
		if (strcasecmp(word, "discard_zeroes_cow") == 0)
			snapshot->discard_zeroes_cow = true;
		else if (strcasecmp(word, "discard_passdown_origin") == 0)
			snapshot->discard_passdown_origin = true;
		else
			return -EINVAL;
	}
	return snapshot->discard_passdown_origin && !snapshot->discard_zeroes_cow ? -EINVAL : 0;
}

static int parse_store(const struct parser *parser, struct dm_snapshot_target *snapshot)
{
	const char *type = parser->words[2];
	uint64_t chunk;

	if (strcasecmp(type, "P") == 0)
		snapshot->persistence = DM_PERSISTENT;
	else if (strcasecmp(type, "PO") == 0)
		snapshot->persistence = DM_PERSISTENT_OVERFLOW;
	else if (toupper((unsigned char)*type) == 'N')
		snapshot->persistence = DM_TRANSIENT;
	else
		return -EINVAL;

	if (parse_number(parser->words[3], INT_MAX / DM_SECTOR, &chunk) || (chunk & (chunk - 1)))
		return -EINVAL;
	if (!chunk && snapshot->persistence == DM_TRANSIENT)
		return -EINVAL;
	snapshot->chunk = chunk ? (uint32_t)chunk : CHUNK_DEFAULT;
	return 0;
}

static int parse_snapshot(const struct parser *parser)
{
	struct dm_snapshot_target *snapshot = &parser->target->snapshot;
	bool merges = parser->target->kind == DM_SNAPSHOT_MERGE;

	if (parser->count < 4)
		return -EINVAL;

	int error = parse_features(parser, snapshot);
	if (!error)
		error = parse_device(
			parser, parser->words[0], merges ? DM_WRITES : DM_READS, &snapshot->origin);
	if (!error)
		error = parse_device(parser, parser->words[1], table_mode(parser), &snapshot->cow);
	if (!error && snapshot->cow == snapshot->origin)
		error = -EINVAL;
	if (!error)
		error = parse_store(parser, snapshot);
	/* A merge that was interrupted could not continue with a transient store. */
	if (!error && merges && snapshot->persistence == DM_TRANSIENT)
		error = -EINVAL;
	return error;
}

static int parse_origin(const struct parser *parser)
{
	if (parser->count != 1)
		return -EINVAL;
	return parse_device(parser, parser->words[0], table_mode(parser), &parser->target->origin);
}

static int parse_error(const struct parser *parser)
{
	(void)parser;
	return 0;
}

static int parse_zero(const struct parser *parser)
{
	return parser->count ? -EINVAL : 0;
}

int dm_target_parse(struct dm_table *table, struct dm_target *target, char *params,
	dm_lookup_device *lookup, void *context)
{
	static int (*const parsers[DM_TARGET_KINDS])(const struct parser *) = {
		[DM_LINEAR] = parse_linear,
		[DM_STRIPED] = parse_striped,
		[DM_ERROR] = parse_error,
		[DM_ZERO] = parse_zero,
		[DM_DELAY] = parse_delay,
		[DM_SNAPSHOT] = parse_snapshot,
		[DM_SNAPSHOT_ORIGIN] = parse_origin,
		[DM_SNAPSHOT_MERGE] = parse_snapshot,
	};

	char *words[WORDS_MAX];
	if (strlen(params) >= DM_PARAMS_MAX)
		return -EINVAL;

	int count = dm_split(params, words, WORDS_MAX);
	MUST(count >= 0);
	const struct parser parser = { table, target, words, count, lookup, context };
	return parsers[target->kind](&parser);
}
