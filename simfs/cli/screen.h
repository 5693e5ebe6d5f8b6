/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screen.h - composes lines of text for a terminal, in memory.
 *
 * Nothing here knows a terminal: the same width and styles give the same lines.  No line is wider
 * than the screen; longer text is cut, or flows into the next line.
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
	STYLE_LIT, /* has just happened */
};

struct screen {
	unsigned width;
	bool in_colour;
	bool in_utf8;

	unsigned indent; /* of the lines in which a flow continues */
	unsigned column; /* in the current line */
	unsigned lines;	 /* complete ones */
	char *text;
	size_t length;
	FILE *file;
};

/* An empty screen, WIDTH columns wide.  The caller deinits it. */
void screen_init(struct screen *screen, unsigned width, bool in_colour, bool in_utf8);
void screen_deinit(struct screen *screen);

/*
 * Adds TEXT to the line, cut at the line's end.  Characters that a terminal would obey become '?'.
 */
void screen_put(struct screen *screen, enum screen_style style, const char *text);
__attribute__((format(printf, 3, 4))) void screen_format(
	struct screen *screen, enum screen_style style, const char *format, ...);

/* Adds blanks up to COLUMN. */
void screen_pad(struct screen *screen, unsigned column);

/*
 * Adds TEXT two blanks after the text in the line; or, if it does not fit, in the next line, which
 * starts with `indent` blanks.  Text too long for any line is wrapped between words.
 */
void screen_flow(struct screen *screen, enum screen_style style, const char *text);
__attribute__((format(printf, 3, 4))) void screen_flow_format(
	struct screen *screen, enum screen_style style, const char *format, ...);

/* Makes room for COLUMNS, as screen_flow() does, for what is put next. */
void screen_flow_room(struct screen *screen, size_t columns);

void screen_end_line(struct screen *screen);

/* All lines, each with its newline, valid until the screen changes. */
const char *screen_text(struct screen *screen);

#endif
