/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/spec_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "simfs/base/check.h"
#include "simfs/base/suggest.h"

#define BLANKS " \t"

/* Room in a message for the column and the suggestion. */
#define MESSAGE_REST_BYTES 128

bool spec_line_wrong(struct spec_line *line, const char *meant, const char *format, ...)
{
	char what[SPEC_MESSAGE_BYTES - MESSAGE_REST_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	if (meant)
		snprintf(line->message, SPEC_MESSAGE_BYTES, "%s at column %u; did you mean '%s'?",
			what, line->column, meant);
	else
		snprintf(line->message, SPEC_MESSAGE_BYTES, "%s at column %u", what, line->column);
	line->is_wrong = true;
	return false;
}

static bool is_control(char byte)
{
	return ((unsigned char)byte < ' ' && byte != '\t') || byte == 0x7f;
}

static bool is_utf8(const char *text)
{
	json_t *json = json_string(text);

	json_decref(json);
	return json;
}

bool spec_line_begin(struct spec_line *line, const char *text, const struct spec_language *language,
	char *message)
{
	size_t length = strlen(text);

	line->language = language;
	line->message = message;
	line->column = 1;
	line->keys = 0;
	line->has_kind = false;
	line->is_wrong = false;
	if (length > SPEC_LINE_MAX) {
		snprintf(message, SPEC_MESSAGE_BYTES, "a %s has at most %d bytes", language->name,
			SPEC_LINE_MAX);
		line->is_wrong = true;
		return false;
	}
	for (size_t at = 0; at < length; at++) {
		if (is_control(text[at])) {
			line->column = (unsigned)at + 1;
			return spec_line_wrong(line, NULL, "a control character");
		}
	}
	if (!is_utf8(text))
		return spec_line_wrong(line, NULL, "a %s must be UTF-8", language->name);
	memcpy(line->text, text, length + 1);
	line->rest = line->text;
	return true;
}

/*
 * Ends the word at AT and removes its quotes.  Returns what follows it, or NULL if a quote is open.
 */
static char *end_word(char *at, bool has_quotes)
{
	char *to = at;
	bool is_quoted = false;

	for (; *at && (is_quoted || !strchr(BLANKS, *at)); at++) {
		if (has_quotes && *at == '"')
			is_quoted = !is_quoted;
		else
			*to++ = *at;
	}
	if (is_quoted)
		return NULL;
	/* TO may be AT, so check for the end before writing it. */
	at += *at != '\0';
	*to = '\0';
	return at;
}

bool spec_line_next(struct spec_line *line, struct spec_word *ret)
{
	char *word = line->rest + strspn(line->rest, BLANKS);
	char *equals = NULL;

	MUST(!line->is_wrong);
	line->column = (unsigned)(word - line->text) + 1;
	line->rest = word;
	if (*word == '\0')
		return false;
	line->rest = end_word(word, line->language->has_quotes);
	if (!line->rest)
		return spec_line_wrong(line, NULL, "a quote that is not closed");
	if (line->has_kind)
		equals = strchr(word, '=');
	line->has_kind = true;
	if (equals)
		*equals = '\0';
	*ret = (struct spec_word){ .name = word, .value = equals ? equals + 1 : NULL };
	return true;
}

bool spec_line_key(struct spec_line *line, size_t index, const struct spec_word *word)
{
	uint32_t key;

	MUST(index < SPEC_KEYS_MAX);
	key = (uint32_t)1 << index;
	if (line->keys & key)
		return spec_line_wrong(line, NULL, "a second '%s'", word->name);
	line->keys |= key;
	return true;
}

bool spec_line_unknown_key(
	struct spec_line *line, const struct spec_word *word, const char *const *keys, size_t count)
{
	return spec_line_wrong(
		line, suggest_near(word->name, keys, count), "unknown key '%s'", word->name);
}
