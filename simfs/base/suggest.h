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
 * near enough to be meant: one change in three letters.
 */
const char *suggest_near(const char *word, const char *const *words, size_t count);

#endif
