/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec_line.h - reads the small languages of the rig (a fault rule, a writer) word by word.
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
 * A line is UTF-8 without control characters: it is shown in JSON, which allows no other text,
 * and in tables, which a control character would break.  Every mistake is a message that names
 * the column (in bytes, from 1) of the wrong word.
 */
#ifndef SNAPRIG_BASE_SPEC_LINE_H
#define SNAPRIG_BASE_SPEC_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPEC_LINE_MAX	   1024 /* bytes of a line */
#define SPEC_MESSAGE_BYTES 1536
#define SPEC_KEYS_MAX	   32

/* One of these languages. */
struct spec_language {
	const char *name; /* "rule" */
	bool has_quotes;  /* double quotes can enclose blanks in a word */
};

struct spec_line {
	const struct spec_language *language;
	char *message;
	unsigned column; /* of the last word, or of the end of the line after it */
	uint32_t keys;	 /* a bit for each index that spec_line_key() was given */
	char *rest;
	bool has_kind; /* its first word has been read */
	bool is_wrong;
	char text[SPEC_LINE_MAX + 1];
};

/* A word, split at its first '=' unless it is the KIND.  Its texts point into the line. */
struct spec_word {
	const char *name;
	const char *value; /* NULL: no '=' */
};

/*
 * Starts reading TEXT.  MESSAGE has SPEC_MESSAGE_BYTES and is written on a mistake.  MESSAGE and
 * LANGUAGE must stay valid until the line is read.  Returns false after a mistake: TEXT is too
 * long, or not valid text.
 */
bool spec_line_begin(struct spec_line *line, const char *text, const struct spec_language *language,
	char *message);

/*
 * Reads the next word.  Returns false at the end of the line, and after a mistake (`is_wrong`): an
 * unclosed quote.
 */
bool spec_line_next(struct spec_line *line, struct spec_word *ret);

/*
 * Notes that the key INDEX, below SPEC_KEYS_MAX, is present.  Returns false after a mistake: WORD
 * repeats it.
 */
bool spec_line_key(struct spec_line *line, size_t index, const struct spec_word *word);

/* Reports that WORD is none of the COUNT names in KEYS.  Returns false. */
bool spec_line_unknown_key(struct spec_line *line, const struct spec_word *word,
	const char *const *keys, size_t count);

/* Reports the mistake FORMAT at the last word, suggesting MEANT (NULL: nothing).  Returns false. */
__attribute__((format(printf, 3, 4))) bool spec_line_wrong(
	struct spec_line *line, const char *meant, const char *format, ...);

#endif
