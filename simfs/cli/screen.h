/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screen.h - lines of text that fit a terminal, made in memory.
 *
 * Nothing here knows a terminal: what is made is the same for the same width and styles.
 * No line is wider than the screen; what does not fit is cut, or flows into the next line.
 */
#ifndef SNAPRIG_CLI_SCREEN_H
#define SNAPRIG_CLI_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

enum screen_style {
	STYLE_PLAIN,
	STYLE_DIM,
	STYLE_BOLD,
	STYLE_GOOD,
	STYLE_WARNING,
	STYLE_BAD,
	STYLE_LIT, /* it has just happened */
};

struct screen {
	unsigned width;
	bool in_colour;
	bool in_utf8;

	unsigned indent; /* of the lines that a flow goes on with */
	unsigned column; /* of the line that is being written */
	unsigned lines;	 /* whole ones */
	char *text;
	size_t length;
	FILE *file;
};

/* An empty one, WIDTH columns wide; the caller deinits it. */
void screen_init(struct screen *screen, unsigned width, bool in_colour, bool in_utf8);
void screen_deinit(struct screen *screen);

/* Adds TEXT to the line, cut at its end; what a terminal would obey is shown as '?'. */
void screen_put(struct screen *screen, enum screen_style style, const char *text);
__attribute__((format(printf, 3, 4))) void screen_format(
	struct screen *screen, enum screen_style style, const char *format, ...);

/* Adds blanks up to COLUMN. */
void screen_pad(struct screen *screen, unsigned column);

/*
 * Adds TEXT two blanks behind what is in the line, or in the next line when it does not fit;
 * that one begins with `indent` blanks.  What no line has room for is wrapped between its words.
 */
void screen_flow(struct screen *screen, enum screen_style style, const char *text);
__attribute__((format(printf, 3, 4))) void screen_flow_format(
	struct screen *screen, enum screen_style style, const char *format, ...);

/* Makes room for COLUMNS, as screen_flow() does, for what is put then. */
void screen_flow_room(struct screen *screen, size_t columns);

void screen_end_line(struct screen *screen);

/* All lines, each with its end: the screen's, until it is changed. */
const char *screen_text(struct screen *screen);

#endif
