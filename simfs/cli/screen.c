/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/screen.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/text_width.h"

#define FLOW_GAP 2

static const char *const codes[] = {
	[STYLE_PLAIN] = "",
	[STYLE_DIM] = "\033[2m",
	[STYLE_BOLD] = "\033[1m",
	[STYLE_GOOD] = "\033[32m",
	[STYLE_WARNING] = "\033[33m",
	[STYLE_BAD] = "\033[1;31m",
	[STYLE_LIT] = "\033[1;37;41m",
};

void screen_init(struct screen *screen, unsigned width, bool in_colour, bool in_utf8)
{
	*screen = (struct screen){ .width = width, .in_colour = in_colour, .in_utf8 = in_utf8 };
	screen->file = open_memstream(&screen->text, &screen->length);
	if (screen->file)
		return;
	log_error("out of memory");
	exit(EXIT_RIG);
}

void screen_deinit(struct screen *screen)
{
	fclose(screen->file);
	free(screen->text);
}

void screen_put(struct screen *screen, enum screen_style style, const char *text)
{
	const char *code = screen->in_colour ? codes[style] : "";
	struct text_character next;

	fputs(code, screen->file);
	while (*text) {
		text_next(&text, screen->in_utf8, &next);
		if (screen->column + next.columns > screen->width)
			break;
		fputs(next.bytes, screen->file);
		screen->column += next.columns;
	}
	if (*code)
		fputs("\033[0m", screen->file);
}

/* Returns NULL if memory ran out. */
__attribute__((format(printf, 1, 0))) static char *formatted(const char *format, va_list arguments)
{
	char *text;

	return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

void screen_format(struct screen *screen, enum screen_style style, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	AUTO(auto_free) char *text = formatted(format, arguments);
	va_end(arguments);
	screen_put(screen, style, text ? text : "?");
}

void screen_pad(struct screen *screen, unsigned column)
{
	while (screen->column < column && screen->column < screen->width) {
		fputc(' ', screen->file);
		screen->column++;
	}
}

void screen_flow_room(struct screen *screen, size_t columns)
{
	bool is_first = screen->column <= screen->indent;

	if (!is_first && screen->column + FLOW_GAP + columns > screen->width) {
		screen_end_line(screen);
		is_first = true;
	}
	screen_pad(screen, is_first ? screen->indent : screen->column + FLOW_GAP);
}

/* Puts TEXT, which is too long for any line, word by word. */
static void put_words(struct screen *screen, enum screen_style style, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, " ");
		AUTO(auto_free) char *word = strndup(text, length);
		size_t columns = word ? text_columns(word, screen->in_utf8) : 0;

		if (screen->column > screen->indent &&
			screen->column + 1 + columns > screen->width) {
			screen_end_line(screen);
			screen_pad(screen, screen->indent);
		} else if (screen->column > screen->indent) {
			screen_pad(screen, screen->column + 1);
		}
		screen_put(screen, style, word ? word : "?");
		text += length + strspn(text + length, " ");
	}
}

void screen_flow(struct screen *screen, enum screen_style style, const char *text)
{
	size_t columns = text_columns(text, screen->in_utf8);

	screen_flow_room(screen, columns);
	if (screen->column + columns > screen->width)
		put_words(screen, style, text);
	else
		screen_put(screen, style, text);
}

void screen_flow_format(struct screen *screen, enum screen_style style, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	AUTO(auto_free) char *text = formatted(format, arguments);
	va_end(arguments);
	screen_flow(screen, style, text ? text : "?");
}

void screen_end_line(struct screen *screen)
{
	fputc('\n', screen->file);
	screen->column = 0;
	screen->lines++;
}

const char *screen_text(struct screen *screen)
{
	fflush(screen->file);
	return screen->text;
}
