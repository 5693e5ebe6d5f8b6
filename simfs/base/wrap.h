/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap.h - text in lines that a terminal has room for.
 */
#ifndef SNAPRIG_BASE_WRAP_H
#define SNAPRIG_BASE_WRAP_H

#include <stddef.h>
#include <stdio.h>

/* The columns of the terminal that FILE is; 0: it is none, and gets whole lines. */
unsigned wrap_columns(FILE *file);

/*
 * Prints LINE, which is UTF-8 without its end, in lines of COLUMNS (0: as it is).  What does not
 * fit goes on HANG columns in, or less where that would leave no room; a word that is longer than
 * a line stays whole.
 */
void wrap_line(const char *line, size_t hang, unsigned columns, FILE *file);

/*
 * Prints the lines of TEXT so, the last with its end or without.  Where COLUMNS are given, lines
 * of a paragraph are filled; one that begins with a blank stays a line, and goes on below its
 * first word.
 */
void wrap_text(const char *text, unsigned columns, FILE *file);

#endif
