/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/suggest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/check.h"

/* Shorter parts occur in too many words. */
#define PART_MIN   3

#define LIST_BYTES 512
#define LIST_WORDS 64

#define ROW	   (SUGGEST_WORD_MAX + 1)

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Damerau's distance restricted to swaps of neighbours, which needs three rows. */
unsigned suggest_distance(const char *from, const char *to)
{
	size_t from_length = strlen(from);
	size_t to_length = strlen(to);
	unsigned rows[3][ROW];
	unsigned *two_above = rows[0], *above = rows[1], *row = rows[2];

	if (from_length > SUGGEST_WORD_MAX || to_length > SUGGEST_WORD_MAX)
		return SUGGEST_WORD_MAX + 1;
	for (size_t j = 0; j <= to_length; j++)
		above[j] = (unsigned)j;
	for (size_t i = 1; i <= from_length; i++) {
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= to_length; j++) {
			unsigned replaced = above[j - 1] + (from[i - 1] != to[j - 1]);

			row[j] = least(least(above[j], row[j - 1]) + 1, replaced);
			if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
				row[j] = least(row[j], two_above[j - 2] + 1);
		}

		unsigned *spare = two_above;

		two_above = above;
		above = row;
		row = spare;
	}
	return above[to_length];
}

/* The first of WORDS that begins with PART, or contains it anywhere. */
static const char *word_with(
	const char *part, bool at_beginning, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *at = strstr(words[i], part);

		if (at && (at == words[i] || !at_beginning))
			return words[i];
	}
	return NULL;
}

const char *suggest_near(const char *word, const char *const *words, size_t count)
{
	size_t length = strlen(word);
	unsigned nearest_distance = (unsigned)(length > SUGGEST_WORD_MAX ? 0
									 : (length + 2) / 3 + 1);
	const char *nearest = NULL;

	for (size_t i = 0; i < count; i++) {
		unsigned distance = suggest_distance(word, words[i]);

		/* A word of which no letter stays is another word. */
		if (distance < nearest_distance && distance < strlen(words[i])) {
			nearest_distance = distance;
			nearest = words[i];
		}
	}
	if (!nearest && length >= PART_MIN)
		nearest = word_with(word, true, words, count);
	if (!nearest && length >= PART_MIN)
		nearest = word_with(word, false, words, count);
	return nearest;
}

const char *suggest_hint(const char *word, const char *const *words, size_t count,
	const char *otherwise, char *buffer)
{
	const char *near = suggest_near(word, words, count);

	if (near)
		snprintf(buffer, SUGGEST_HINT_BYTES, "did you mean '%s'?", near);
	else
		snprintf(buffer, SUGGEST_HINT_BYTES, "%s", otherwise);
	return buffer;
}

const char *suggest_hint_of_list(
	const char *word, const char *words, const char *otherwise, char *buffer)
{
	const char *list[LIST_WORDS];
	char copy[LIST_BYTES], *rest = copy;
	size_t count = 0;

	MUST(snprintf(copy, sizeof copy, "%s", words) < (int)sizeof copy);
	for (char *one; (one = strsep(&rest, " "));) {
		MUST(count < LIST_WORDS);
		if (*one)
			list[count++] = one;
	}
	return suggest_hint(word, list, count, otherwise, buffer);
}
