/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec_line.h - reads the little languages of the rig, word by word: a fault rule, a writer.
 *
 *	KIND key key=value "key=value with blanks" …
 *
 *	struct spec_line line;
 *	struct spec_word word;
 *
 *	if (!spec_line_begin(&line, text, &rules, message))
 *		...
 *	while (spec_line_next(&line, &word))
 *		...
 *
 * Such a line is UTF-8 without control characters: it is shown in JSON, which has
 * no other text, and in tables, which a control character would break.  Every
 * mistake is a message that names the column, in bytes and from 1, of the word that
 * is wrong.
 */
#ifndef SNAPRIG_BASE_SPEC_LINE_H
#define SNAPRIG_BASE_SPEC_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPEC_LINE_MAX	   1024 /* bytes of a line */
#define SPEC_MESSAGE_BYTES 1536
#define SPEC_KEYS_MAX	   32

/* One of the languages. */
struct spec_language {
	const char *name; /* "rule" */
	bool has_quotes;  /* blanks between double quotes belong to the word */
};

struct spec_line {
	const struct spec_language *language;
	char *message;
	unsigned column; /* of the last word, or behind the last one when there is none */
	uint32_t keys;	 /* a bit for each index that spec_line_key() has seen */
	char *rest;
	bool has_kind; /* its first word was read */
	bool is_wrong;
	char text[SPEC_LINE_MAX + 1];
};

/* A word, cut at its first '=' unless it is the KIND; its texts lie in the line. */
struct spec_word {
	const char *name;
	const char *value; /* NULL: there is no '=' */
};

/*
 * Begins to read TEXT.  MESSAGE has SPEC_MESSAGE_BYTES and is written when a mistake
 * is found.  Both, and LANGUAGE, stay the caller's until it is done.  Returns false
 * after a mistake: TEXT is too long, or no such line.
 */
bool spec_line_begin(struct spec_line *line, const char *text, const struct spec_language *language,
	char *message);

/* The next word.  False at the end of the line, and after a mistake (`is_wrong`): an open quote. */
bool spec_line_next(struct spec_line *line, struct spec_word *ret);

/*
 * Notes that the key INDEX, below SPEC_KEYS_MAX, is there.  Returns false after a mistake:
 * WORD is the second of it.
 */
bool spec_line_key(struct spec_line *line, size_t index, const struct spec_word *word);

/* The mistake that none of the COUNT names of KEYS is WORD.  Always false. */
bool spec_line_unknown_key(struct spec_line *line, const struct spec_word *word,
	const char *const *keys, size_t count);

/* The mistake FORMAT at the last word; MEANT (NULL: nothing) may be what was meant.  False. */
__attribute__((format(printf, 3, 4))) bool spec_line_wrong(
	struct spec_line *line, const char *meant, const char *format, ...);

#endif
