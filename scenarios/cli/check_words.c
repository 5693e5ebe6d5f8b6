/* SPDX-License-Identifier: Apache-2.0 */
/* check_words.c - turns a typed command into a line for a shell. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/check.h"
#include "simfs/base/check.h"
#include "simfs/base/heap.h"

static void write_quoted(const char *text, size_t length, FILE *file)
{
	fputc('\'', file);
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\'')
			fputs("'\\''", file);
		else
			fputc(text[i], file);
	}
	fputc('\'', file);
}

/* Returns the length of "{word}" at TEXT; 0 if it is something else. */
static size_t word_length(const char *text)
{
	size_t letters = text[0] == '{' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz-_") : 0;

	return letters > 0 && text[1 + letters] == '}' ? letters + 2 : 0;
}

/* Words are quoted when they are replaced, so they must be outside of quotes. */
static void write_argument(const char *argument, FILE *file)
{
	const char *from = argument, *at = argument;

	if (!*argument)
		fputs("''", file);
	while (*at) {
		size_t length = word_length(at);

		if (length == 0) {
			at++;
			continue;
		}
		if (at > from)
			write_quoted(from, (size_t)(at - from), file);
		fwrite(at, 1, length, file);
		from = at += length;
	}
	if (at > from)
		write_quoted(from, (size_t)(at - from), file);
}

char *check_template(char *const *command)
{
	char *text = NULL;
	size_t size;
	FILE *file;

	/* A single word is a line for a shell, as in an adapter. */
	if (!command[1])
		return heap_copy(command[0]);
	file = open_memstream(&text, &size);
	MUST(file);
	fputs("exec", file);
	for (; *command; command++) {
		fputc(' ', file);
		write_argument(*command, file);
	}
	fclose(file);
	return text;
}
