/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/text_width.h"

#include <stdint.h>
#include <string.h>

struct span {
	uint32_t first, last;
};

/* East Asian wide and fullwidth characters, and pictographs. */
static const struct span wide[] = { { 0x1100, 0x115f }, { 0x2e80, 0xa4cf }, { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1faff }, { 0x20000, 0x3fffd } };

/* Combining marks, drawn over the character before them. */
static const struct span over[] = { { 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd },
	{ 0x610, 0x61a }, { 0x64b, 0x65f }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f } };

/* Characters that a terminal would obey or that are invisible. */
static const struct span forbidden[] = { { 0, 0x1f }, { 0x7f, 0x9f }, { 0x200b, 0x200f },
	{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xd800, 0xdfff }, { 0xfeff, 0xfeff },
	{ 0xfff0, 0xfffb }, { 0xe0000, 0xfffff } };

static bool is_in(uint32_t code, const struct span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code >= spans[i].first && code <= spans[i].last)
			return true;
	return false;
}

#define IS_IN(code, spans) is_in(code, spans, sizeof(spans) / sizeof(spans)[0])

/* Returns the length of the character at TEXT, and its code point; 0 if it is not UTF-8. */
static size_t decode(const unsigned char *text, uint32_t *ret)
{
	static const struct {
		unsigned char mask, mark;
		uint32_t least;
	} kinds[] = { { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 } };

	for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
		if ((text[0] & kinds[kind].mask) != kinds[kind].mark)
			continue;
		*ret = text[0] & (unsigned char)~kinds[kind].mask;
		for (size_t i = 1; i <= kind; i++) {
			if ((text[i] & 0xc0) != 0x80)
				return 0;
			*ret = *ret << 6 | (text[i] & 0x3f);
		}
		return *ret >= kinds[kind].least && *ret <= 0x10ffff ? kind + 1 : 0;
	}
	return 0;
}

void text_next(const char **at, bool in_utf8, struct text_character *ret)
{
	uint32_t code = 0;
	size_t length = decode((const unsigned char *)*at, &code);

	*ret = (struct text_character){ .bytes = "?", .columns = 1 };
	if (length > 0 && !IS_IN(code, forbidden) && (in_utf8 || length == 1)) {
		memcpy(ret->bytes, *at, length);
		ret->columns = IS_IN(code, over) ? 0 : IS_IN(code, wide) ? 2 : 1;
	}
	*at += length > 0 ? length : 1;
}

size_t text_columns(const char *text, bool in_utf8)
{
	struct text_character next;
	size_t columns = 0;

	while (*text) {
		text_next(&text, in_utf8, &next);
		columns += next.columns;
	}
	return columns;
}
