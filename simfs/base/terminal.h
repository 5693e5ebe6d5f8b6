/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal.h - what the terminal on a descriptor can do, and its size.
 */
#ifndef SNAPRIG_BASE_TERMINAL_H
#define SNAPRIG_BASE_TERMINAL_H

#include <stdbool.h>

/* Whether FD is a terminal with a movable cursor, which TERM must not call dumb. */
bool terminal_can_draw(int fd);

/* The same, and colour is allowed: NO_COLOR is unset or empty. */
bool terminal_in_colour(int fd);

/* Whether the locale in the environment uses UTF-8. */
bool terminal_in_utf8(void);

/*
 * The columns and rows of FD's terminal.  If it is not a terminal or does not say, COLUMNS and
 * LINES, or 80 and 24.  Both are at least 1; either pointer may be NULL.
 */
void terminal_size(int fd, unsigned *ret_columns, unsigned *ret_rows);

#endif
