/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.c - replaces the {words} of a command with their values.
 */
#include "scenarios/clients/words.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static const struct {
	const char *name;
	size_t offset;
} words_known[] = {
	{ "snapshot", offsetof(struct client_words, snapshot) },
	{ "live", offsetof(struct client_words, live) },
	{ "mnt", offsetof(struct client_words, mnt) },
	{ "out", offsetof(struct client_words, out) },
	{ "repo", offsetof(struct client_words, repo) },
	{ "restored", offsetof(struct client_words, restored) },
	{ "log", offsetof(struct client_words, log) },
	{ "snaprig", offsetof(struct client_words, snaprig) },
	{ "clients", offsetof(struct client_words, clients) },
	{ "vg", offsetof(struct client_words, vg) },
	{ "lv", offsetof(struct client_words, lv) },
	{ "cow", offsetof(struct client_words, cow) },
	{ "xapi", offsetof(struct client_words, xapi) },
	{ "vm", offsetof(struct client_words, vm) },
};

#define WORDS_KNOWN (sizeof words_known / sizeof words_known[0])

static const char *word_value(const struct client_words *words, size_t word)
{
	const char *value;

	memcpy(&value, (const char *)words + words_known[word].offset, sizeof value);
	return value;
}

/* Returns the length of "{word}" at TEXT, with lower-case letters only; 0 if it is something
 * else. */
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

		/* "${name}" belongs to the shell. */
		if (length == 0 || (at > template && at[-1] == '$'))
			continue;
		if (word_find(at, length) < 0)
			return heap_format("%.*s", (int)length, at);
	}
	return NULL;
}

bool client_has_word(const char *template, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = template; *at; at++) {
		if (word_length(at) == length + 2 && strncmp(at + 1, word, length) == 0 &&
			(at == template || at[-1] != '$'))
			return true;
	}
	return false;
}

char *client_known_words(void)
{
	char *text = heap_copy("");

	for (size_t i = 0; i < WORDS_KNOWN; i++) {
		AUTO(auto_free) char *before = text;

		text = heap_format("%s%s{%s}", before, i > 0 ? ", " : "", words_known[i].name);
	}
	return text;
}

typedef void value_writer(const char *value, FILE *file);

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

/* Writes VALUE as a part of a pattern that matches it literally. */
static void write_literally(const char *value, FILE *file)
{
	for (; *value; value++) {
		if (strchr("*?[\\", *value))
			fputc('\\', file);
		fputc(*value, file);
	}
}

static char *words_replace(
	const char *template, const struct client_words *words, value_writer *write_value)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	MUST(file);
	for (const char *at = template; *at;) {
		size_t length = at > template && at[-1] == '$' ? 0 : word_length(at);
		int word = length > 0 ? word_find(at, length) : -1;
		const char *value = word >= 0 ? word_value(words, (size_t)word) : NULL;

		if (!value) {
			fputc(*at++, file);
			continue;
		}
		write_value(value, file);
		at += length;
	}
	fclose(file);
	return text;
}

static void write_plainly(const char *value, FILE *file)
{
	fputs(value, file);
}

char *client_calls(const struct client *client, const struct client_words *words)
{
	return words_replace(client->calls ? client->calls : "{snapshot}", words, write_plainly);
}

char *client_command(const char *template, const struct client_words *words)
{
	return words_replace(template, words, write_quoted);
}

char **client_environment(const struct client_words *words)
{
	char **environment = NULL;
	size_t count = 0;

	for (size_t i = 0; i < WORDS_KNOWN; i++) {
		const char *value = word_value(words, i);

		/* Words without a value are not in the environment. */
		if (!value || !*value)
			continue;

		char *entry = heap_format("SNAPRIG_%s=%s", words_known[i].name, value);

		for (char *at = entry; *at != '='; at++)
			*at = (char)toupper((unsigned char)*at);
		environment = heap_grow(environment, count, sizeof *environment);
		environment[count++] = entry;
	}
	return heap_grow(environment, count, sizeof *environment);
}

bool client_publishes(
	const struct client *client, const struct client_words *words, const char *path)
{
	for (size_t i = 0; i < client->publishes.count; i++) {
		AUTO(auto_free)
		char *pattern = words_replace(client->publishes.texts[i], words, write_literally);
		size_t length = strlen(pattern);
		bool is_folder = length > 1 && pattern[length - 1] == '/';

		if (is_folder)
			pattern[length - 1] = '\0';
		if (fnmatch(pattern, path, FNM_PATHNAME | (is_folder ? FNM_LEADING_DIR : 0)) == 0)
			return true;
	}
	return false;
}
