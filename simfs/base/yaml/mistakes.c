/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/yaml/mistakes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/json_output.h"

#define TEXT_MAX_BYTES 480

void mistakes_init(struct mistakes *mistakes)
{
	*mistakes = (struct mistakes){ 0 };
}

void mistakes_deinit(struct mistakes *mistakes)
{
	for (size_t i = 0; i < mistakes->count; i++)
		free(mistakes->items[i].text);
	free(mistakes->items);
	mistakes_init(mistakes);
}

/* Removes a character that the end of the buffer has cut. */
static void drop_half_character(char *text)
{
	size_t length = strlen(text);
	size_t start = length;

	while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start > 0 && (unsigned char)text[start - 1] >= 0xc0)
		text[start - 1] = '\0';
}

/* Terminals also treat U+0080 to U+009F (0xc2 and one byte) as control characters. */
static void hide_controls(char *text)
{
	for (unsigned char *at = (unsigned char *)text; *at; at++) {
		if (*at < ' ' || *at == 0x7f)
			*at = '?';
		else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			at[0] = at[1] = '?';
	}
}

void mistakes_add(struct mistakes *mistakes, struct place place, const char *format, ...)
{
	char text[TEXT_MAX_BYTES];
	va_list arguments;

	if (mistakes->count == MISTAKES_MAX) {
		mistakes->dropped_count++;
		return;
	}

	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);

	if (length >= (int)sizeof text)
		drop_half_character(text);
	hide_controls(text);
	mistakes->items = heap_grow(mistakes->items, mistakes->count, sizeof *mistakes->items);
	mistakes->items[mistakes->count++] = (struct mistake){ .place = place,
		.text = heap_copy(text) };
}

void mistakes_sort(struct mistakes *mistakes)
{
	/* Insertion sort is stable, and there are at most MISTAKES_MAX. */
	for (size_t i = 1; i < mistakes->count; i++) {
		struct mistake moved = mistakes->items[i];
		size_t at = i;

		for (; at > 0; at--) {
			struct place before = mistakes->items[at - 1].place;

			if (before.line < moved.place.line ||
				(before.line == moved.place.line &&
					before.column <= moved.place.column))
				break;
			mistakes->items[at] = mistakes->items[at - 1];
		}
		mistakes->items[at] = moved;
	}
}

/* A line for people.  On stderr, it is also why the command fails. */
static void line_print(FILE *file, const char *line)
{
	fprintf(file, "%s\n", line);
	if (file == stderr)
		json_output_note(-EINVAL, line);
}

void mistakes_print(const struct mistakes *mistakes, const char *path, FILE *file)
{
	for (size_t i = 0; i < mistakes->count; i++) {
		const struct mistake *mistake = &mistakes->items[i];
		AUTO(auto_free)
		char *line = mistake->place.line == 0
				     ? heap_format("%s: %s", path, mistake->text)
				     : heap_format("%s:%u:%u: %s", path, mistake->place.line,
					       mistake->place.column, mistake->text);

		line_print(file, line);
	}
	if (mistakes->dropped_count > 0) {
		AUTO(auto_free)
		char *line = heap_format("%s: %zu more mistakes", path, mistakes->dropped_count);

		line_print(file, line);
	}
}
