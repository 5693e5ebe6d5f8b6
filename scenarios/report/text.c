/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/text.h"

#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

#define REPLACEMENT "\xef\xbf\xbd"

struct escape {
	char from;
	const char *to;
};

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Returns the length of a character that begins with FIRST, and the bits of it in FIRST. */
static size_t sequence_length(unsigned char first, uint32_t *ret_bits)
{
	if (first < 0x80) {
		*ret_bits = first;
		return 1;
	}
	if (first >= 0xc2 && first < 0xe0) {
		*ret_bits = first & 0x1f;
		return 2;
	}
	if (first >= 0xe0 && first < 0xf0) {
		*ret_bits = first & 0x0f;
		return 3;
	}
	if (first >= 0xf0 && first < 0xf5) {
		*ret_bits = first & 0x07;
		return 4;
	}
	return 0;
}

size_t utf8_length(const char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t character = 0;
	size_t length = sequence_length((unsigned char)text[0], &character);

	for (size_t i = 1; i < length; i++) {
		if (!is_continuation(text[i]))
			return 0;
		character = character << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (length == 0 || character < least[length] || character > 0x10ffff)
		return 0;
	if ((character >= 0xd800 && character < 0xe000) || character == 0xfffe ||
		character == 0xffff)
		return 0;
	return length;
}

/* Writes TEXT with the characters in ESCAPES (up to a NULL) replaced. */
static void write_escaped(const char *text, const struct escape *escapes, FILE *file)
{
	while (*text) {
		const struct escape *escape = escapes;
		size_t length = utf8_length(text);

		while (escape->to && escape->from != *text)
			escape++;
		if (escape->to) {
			fputs(escape->to, file);
			text++;
		} else if (length == 0 || (unsigned char)*text < ' ' || *text == 0x7f) {
			fputs(REPLACEMENT, file);
			text++;
		} else {
			fwrite(text, 1, length, file);
			text += length;
		}
	}
}

void report_write_xml(const char *text, FILE *file)
{
	static const struct escape escapes[] = {
		{ '&', "&amp;" },
		{ '<', "&lt;" },
		{ '>', "&gt;" },
		{ '"', "&quot;" },
		{ '\n', "&#10;" },
		{ '\t', "&#9;" },
		{ '\r', "&#13;" },
		{ 0, NULL },
	};

	write_escaped(text, escapes, file);
}

void report_write_xml_text(const char *text, FILE *file)
{
	static const struct escape escapes[] = {
		{ '&', "&amp;" },
		{ '<', "&lt;" },
		/* Because "]]>" is not allowed. */
		{ '>', "&gt;" },
		{ '\n', "\n" },
		{ '\t', "\t" },
		{ '\r', "&#13;" },
		{ 0, NULL },
	};

	write_escaped(text, escapes, file);
}

void report_write_yaml(const char *text, FILE *file)
{
	static const struct escape escapes[] = {
		{ '"', "\\\"" },
		{ '\\', "\\\\" },
		{ '\n', "\\n" },
		{ '\t', "\\t" },
		{ '\r', "\\r" },
		{ 0, NULL },
	};

	fputc('"', file);
	write_escaped(text, escapes, file);
	fputc('"', file);
}

void report_write_tap(const char *text, FILE *file)
{
	static const struct escape escapes[] = {
		{ '#', "\\#" },
		{ '\\', "\\\\" },
		{ '\n', " " },
		{ '\t', " " },
		{ '\r', " " },
		{ 0, NULL },
	};

	write_escaped(text, escapes, file);
}

void report_write_github(const char *text, bool is_property, FILE *file)
{
	static const struct escape in_message[] = {
		{ '%', "%25" },
		{ '\n', "%0A" },
		{ '\t', "\t" },
		{ '\r', "%0D" },
		{ 0, NULL },
	};
	static const struct escape in_property[] = {
		{ '%', "%25" },
		{ '\n', "%0A" },
		{ '\r', "%0D" },
		{ ':', "%3A" },
		{ ',', "%2C" },
		{ 0, NULL },
	};

	write_escaped(text, is_property ? in_property : in_message, file);
}

void report_write_markdown(const char *text, FILE *file)
{
	static const struct escape escapes[] = {
		{ '&', "&amp;" },
		{ '<', "&lt;" },
		{ '>', "&gt;" },
		{ '|', "&#124;" },
		{ '*', "&#42;" },
		{ '_', "&#95;" },
		{ '`', "&#96;" },
		{ '[', "&#91;" },
		{ ']', "&#93;" },
		{ '!', "&#33;" },
		{ '@', "&#64;" },
		{ '#', "&#35;" },
		{ '~', "&#126;" },
		{ '\\', "&#92;" },
		{ '\n', " " },
		{ '\t', " " },
		{ '\r', " " },
		{ 0, NULL },
	};

	write_escaped(text, escapes, file);
}

json_t *report_text_json(const char *text)
{
	AUTO(auto_free) char *clean = heap_copy(text);

	if (!text)
		return json_null();
	for (char *at = clean; *at;) {
		size_t length = utf8_length(at);

		if (length == 0)
			*at = '?';
		at += length > 0 ? length : 1;
	}
	return json_string(clean);
}
