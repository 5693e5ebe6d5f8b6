/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suggest.h - "did you mean": the known word that is nearest to a mistyped one.
 */
#ifndef SNAPRIG_BASE_SUGGEST_H
#define SNAPRIG_BASE_SUGGEST_H

#include <stddef.h>

/* Longer words are not compared: nobody mistypes them into a known one. */
#define SUGGEST_WORD_MAX 64

/*
 * How many letters must be inserted, deleted, replaced or swapped with their
 * neighbour to make TO from FROM; SUGGEST_WORD_MAX + 1 when one is too long.
 */
unsigned suggest_distance(const char *from, const char *to);

/*
 * The nearest of COUNT known WORDS, the first among equals; NULL when none is
 * near enough to be meant: one change in three letters.  When none is near, a word
 * that begins with WORD is meant, or else one that has it in it.
 */
const char *suggest_near(const char *word, const char *const *words, size_t count);

#define SUGGEST_HINT_BYTES 256

/*
 * For a message's "(...)" behind WORD: "did you mean 'NEAR'?" where one of COUNT WORDS is
 * near, else OTHERWISE.  Into BUFFER, of SUGGEST_HINT_BYTES; returns it.
 */
const char *suggest_hint(const char *word, const char *const *words, size_t count,
	const char *otherwise, char *buffer);

/* The same of WORDS in one text, separated by blanks. */
const char *suggest_hint_of_list(
	const char *word, const char *words, const char *otherwise, char *buffer);

#endif
