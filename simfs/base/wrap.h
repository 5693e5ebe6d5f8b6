/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap.h - wraps text to the width of a terminal.
 */
#ifndef SNAPRIG_BASE_WRAP_H
#define SNAPRIG_BASE_WRAP_H

#include <stddef.h>
#include <stdio.h>

/* The columns of the terminal that FILE is, or 0 if it is not a terminal and lines stay whole. */
unsigned wrap_columns(FILE *file);

/*
 * Prints LINE, UTF-8 without a newline, wrapped to COLUMNS (0: as it is).  Continuation lines are
 * indented by HANG columns, or fewer if that leaves no room.  A word longer than a line stays
 * whole.
 */
void wrap_line(const char *line, size_t hang, unsigned columns, FILE *file);

/*
 * Prints the lines of TEXT in this way; the last may lack its newline.  If COLUMNS is not 0, the
 * lines of a paragraph are joined and filled.  A line that begins with a blank stays separate, and
 * continues below its first word.
 */
void wrap_text(const char *text, unsigned columns, FILE *file);

#endif
