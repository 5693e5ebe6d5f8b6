/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_width.h - how many columns a text takes on a terminal, and what of it may go there.
 *
 * Names come from users.  What would move the cursor, change the colours, or turn the
 * direction of writing is shown as '?', as is what is no UTF-8.
 */
#ifndef SNAPRIG_BASE_TEXT_WIDTH_H
#define SNAPRIG_BASE_TEXT_WIDTH_H

#include <stdbool.h>
#include <stddef.h>

struct text_character {
	char bytes[5];	  /* what is to be written, with a NUL */
	unsigned columns; /* 0 to 2 */
};

/*
 * Reads the next character of *AT, which must not be at its end, and moves *AT behind it.
 * Without IN_UTF8 all that is not ASCII is a '?'.
 */
void text_next(const char **at, bool in_utf8, struct text_character *ret);

/* Columns of TEXT, written in such a way. */
size_t text_columns(const char *text, bool in_utf8);

#endif
