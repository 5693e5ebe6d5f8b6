/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/wrap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/terminal.h"

/* Continuation lines need at least this many columns. */
#define ROOM_MIN 12

/* If they would have fewer, they are indented by this much. */
#define HANG_LEAST 4

unsigned wrap_columns(FILE *file)
{
	unsigned columns = 0;

	if (isatty(fileno(file)))
		terminal_size(fileno(file), &columns, NULL);
	return columns;
}

/* The width in columns; a UTF-8 character counts as one. */
static size_t width_of(const char *text, size_t length)
{
	size_t width = 0;

	for (size_t i = 0; i < length; i++)
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	return width;
}

/* How much of TEXT fits in a line of ROOM columns: up to the last blank, but at least one word. */
static size_t fitting(const char *text, size_t length, size_t room)
{
	size_t end = 0, at = 0;

	if (width_of(text, length) <= room)
		return length;
	while (at < length) {
		size_t word = at;

		while (word < length && text[word] == ' ')
			word++;
		while (word < length && text[word] != ' ')
			word++;
		if (end > 0 && width_of(text, word) > room)
			break;
		/* Leading blanks alone are not a word. */
		end = at = word;
	}
	return end;
}

static void print_wrapped(
	const char *line, size_t length, size_t hang, unsigned columns, FILE *file)
{
	size_t indent = 0;

	if (columns > 0 && hang + ROOM_MIN > columns)
		hang = HANG_LEAST;
	while (columns > 0 && length > 0) {
		size_t part = fitting(line, length, columns > indent ? columns - indent : 1);

		if (part == length)
			break;
		fprintf(file, "%*s%.*s\n", (int)indent, "", (int)part, line);
		while (part < length && line[part] == ' ')
			part++;
		line += part;
		length -= part;
		indent = hang;
	}
	fprintf(file, "%*s%.*s\n", length > 0 ? (int)indent : 0, "", (int)length, line);
}

void wrap_line(const char *line, size_t hang, unsigned columns, FILE *file)
{
	print_wrapped(line, strlen(line), hang, columns, file);
}

/* Whether the line at TEXT belongs to a paragraph. */
static bool is_filled(const char *text)
{
	return *text && *text != '\n' && *text != ' ';
}

/* Prints the paragraph at TEXT as one line, wrapped; returns what follows it. */
static const char *print_paragraph(const char *text, unsigned columns, FILE *file)
{
	char *joined = NULL;
	size_t length;
	FILE *memory = open_memstream(&joined, &length);

	for (bool is_first = true; is_filled(text); is_first = false) {
		size_t end = strcspn(text, "\n");

		if (memory)
			fprintf(memory, "%s%.*s", is_first ? "" : " ", (int)end, text);
		text += end + (text[end] != '\0');
	}
	if (memory) {
		fclose(memory);
		wrap_line(joined, 0, columns, file);
		free(joined);
	}
	return text;
}

void wrap_text(const char *text, unsigned columns, FILE *file)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (columns > 0 && is_filled(text)) {
			text = print_paragraph(text, columns, file);
			continue;
		}
		print_wrapped(text, length, strspn(text, " "), columns, file);
		text += length + (text[length] != '\0');
	}
}
