/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.c - puts values in the place of the {words} of a command.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/heap.h"
#include "scenarios/clients/clients.h"
#include "simfs/base/check.h"

static const struct {
	const char *name;
	size_t offset;
} words_known[] = {
	{ "snapshot", offsetof(struct client_words, snapshot) },
	{ "out", offsetof(struct client_words, out) },
	{ "restored", offsetof(struct client_words, restored) },
	{ "log", offsetof(struct client_words, log) },
	{ "snaprig", offsetof(struct client_words, snaprig) },
};

#define WORDS_KNOWN (sizeof words_known / sizeof words_known[0])

/* The length of "{word}" at TEXT with small letters only; 0 when it is something else. */
static size_t word_length(const char *text)
{
	size_t letters = text[0] == '{' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz-_") : 0;

	return letters > 0 && text[1 + letters] == '}' ? letters + 2 : 0;
}

static int word_find(const char *text, size_t length)
{
	for (size_t i = 0; i < WORDS_KNOWN; i++) {
		if (strlen(words_known[i].name) == length - 2 &&
			strncmp(words_known[i].name, text + 1, length - 2) == 0)
			return (int)i;
	}
	return -1;
}

char *client_unknown_word(const char *template)
{
	for (const char *at = template; *at; at++) {
		size_t length = word_length(at);

		/* "${name}" is the shell's. */
		if (length == 0 || (at > template && at[-1] == '$'))
			continue;
		if (word_find(at, length) < 0)
			return heap_format("%.*s", (int)length, at);
	}
	return NULL;
}

static void write_quoted(const char *value, FILE *file)
{
	fputc('\'', file);
	for (; *value; value++) {
		if (*value == '\'')
			fputs("'\\''", file);
		else
			fputc(*value, file);
	}
	fputc('\'', file);
}

static char *words_replace(const char *template, const struct client_words *words, bool quoted)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	MUST(file);
	for (const char *at = template; *at;) {
		size_t length = at > template && at[-1] == '$' ? 0 : word_length(at);
		int word = length > 0 ? word_find(at, length) : -1;
		const char *value = NULL;

		if (word >= 0)
			memcpy(&value, (const char *)words + words_known[word].offset,
				sizeof value);
		if (!value) {
			fputc(*at++, file);
			continue;
		}
		if (quoted)
			write_quoted(value, file);
		else
			fputs(value, file);
		at += length;
	}
	fclose(file);
	return text;
}

char *client_command(const char *template, const struct client_words *words)
{
	return words_replace(template, words, true);
}

char *client_path(const char *template, const struct client_words *words)
{
	return words_replace(template, words, false);
}
