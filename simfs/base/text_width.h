/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_width.h - how many columns a text takes on a terminal, and which characters may be written
 * to it.
 *
 * Names come from users.  Characters that would move the cursor, change colours or reverse the
 * writing direction are shown as '?', as is whatever is not UTF-8.
 */
#ifndef SNAPRIG_BASE_TEXT_WIDTH_H
#define SNAPRIG_BASE_TEXT_WIDTH_H

#include <stdbool.h>
#include <stddef.h>

struct text_character {
	char bytes[5];	  /* what to write, with a NUL */
	unsigned columns; /* 0 to 2 */
};

/*
 * Reads the next character at *AT, which must not be at its end, and advances *AT.  Without
 * IN_UTF8, every character that is not ASCII becomes '?'.
 */
void text_next(const char **at, bool in_utf8, struct text_character *ret);

/* The columns that TEXT takes when written this way. */
size_t text_columns(const char *text, bool in_utf8);

#endif
