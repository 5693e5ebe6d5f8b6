/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal.h - what the terminal behind a descriptor can do, and how large it is.
 */
#ifndef SNAPRIG_BASE_TERMINAL_H
#define SNAPRIG_BASE_TERMINAL_H

#include <stdbool.h>

/* Whether FD is a terminal whose cursor can be moved: one that TERM does not call dumb. */
bool terminal_can_draw(int fd);

/* The same, in colour: NO_COLOR is not set, or empty. */
bool terminal_in_colour(int fd);

/* Whether the locale of the environment writes UTF-8. */
bool terminal_in_utf8(void);

/*
 * Columns and rows of FD's terminal; where it is none, or does not say, those of COLUMNS and
 * LINES, or 80 and 24.  Both are at least 1; either pointer may be NULL.
 */
void terminal_size(int fd, unsigned *ret_columns, unsigned *ret_rows);

#endif
