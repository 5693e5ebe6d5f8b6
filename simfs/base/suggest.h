/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suggest.h - "did you mean": the known word nearest to a mistyped one.
 */
#ifndef SNAPRIG_BASE_SUGGEST_H
#define SNAPRIG_BASE_SUGGEST_H

#include <stddef.h>

/* Longer words are not compared: nobody mistypes them into a known one. */
#define SUGGEST_WORD_MAX 64

/*
 * How many letters must be inserted, deleted, replaced or swapped with their neighbour to turn FROM
 * into TO; SUGGEST_WORD_MAX + 1 if one is too long.
 */
unsigned suggest_distance(const char *from, const char *to);

/*
 * The nearest of COUNT known WORDS, the first if several are as near.  It may differ by one letter
 * in three.  Otherwise the first word that begins with WORD, or else contains it; NULL if there is
 * none.
 */
const char *suggest_near(const char *word, const char *const *words, size_t count);

#define SUGGEST_HINT_BYTES 256

/*
 * Writes the text in parentheses that a message has after WORD to BUFFER (SUGGEST_HINT_BYTES) and
 * returns it: "did you mean 'NEAR'?" if one of COUNT WORDS is near, else OTHERWISE.
 */
const char *suggest_hint(const char *word, const char *const *words, size_t count,
	const char *otherwise, char *buffer);

/* The same for WORDS in one text, separated by blanks. */
const char *suggest_hint_of_list(
	const char *word, const char *words, const char *otherwise, char *buffer);

#endif
