/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/top_keys.h"

#include <string.h>

#include "simfs/base/text_width.h"

enum { CONTROL_D = 4, BACKSPACE = 8, CONTROL_U = 21, ESCAPE = 27, DELETE = 127 };

/* Whether BYTE belongs to a key that sends several bytes; none of these has a meaning here. */
static bool is_of_sequence(struct top_keys *keys, unsigned char byte)
{
	switch (keys->escape) {
	case TOP_KEY:
		return false;
	case TOP_ESCAPE:
		keys->escape = byte == '[' || byte == 'O' ? TOP_SEQUENCE : TOP_KEY;
		return keys->escape == TOP_SEQUENCE;
	case TOP_SEQUENCE:
		if (byte >= 0x40 && byte <= 0x7e)
			keys->escape = TOP_KEY;
		return true;
	}
	return false;
}

static enum top_action ask_for(struct top_keys *keys, enum top_action action)
{
	keys->asks_for = action;
	keys->length = 0;
	keys->line[0] = '\0';
	return TOP_NOTHING;
}

static enum top_action take_key(struct top_keys *keys, unsigned char byte)
{
	switch (byte) {
	case 'q':
	case CONTROL_D:
		return TOP_QUIT;
	case '\t':
	case 'n':
		return TOP_NEXT;
	case 'f':
		return ask_for(keys, TOP_ARM);
	case 'g':
		return ask_for(keys, TOP_SET);
	case 'r':
		return TOP_RELEASE;
	case 'c':
		return TOP_CLEAR;
	default:
		return TOP_NOTHING;
	}
}

/* A character may be several bytes. */
static void remove_last(struct top_keys *keys)
{
	while (keys->length > 0 && (keys->line[--keys->length] & 0xc0) == 0x80)
		;
	keys->line[keys->length] = '\0';
}

static enum top_action take_text(struct top_keys *keys, unsigned char byte)
{
	enum top_action asked = keys->asks_for;

	switch (byte) {
	case '\r':
	case '\n':
		keys->asks_for = TOP_NOTHING;
		return keys->length > 0 ? asked : TOP_NOTHING;
	case CONTROL_D:
		return ask_for(keys, TOP_NOTHING);
	case BACKSPACE:
	case DELETE:
		remove_last(keys);
		return TOP_NOTHING;
	case CONTROL_U:
		return ask_for(keys, asked);
	default:
		if (byte >= ' ' && keys->length < TOP_LINE_MAX) {
			keys->line[keys->length++] = (char)byte;
			keys->line[keys->length] = '\0';
		}
		return TOP_NOTHING;
	}
}

enum top_action top_keys_take(struct top_keys *keys, unsigned char byte)
{
	if (is_of_sequence(keys, byte))
		return TOP_NOTHING;
	if (byte == ESCAPE) {
		keys->escape = TOP_ESCAPE;
		return ask_for(keys, TOP_NOTHING);
	}
	return keys->asks_for ? take_text(keys, byte) : take_key(keys, byte);
}

void top_keys_draw(const struct top_keys *keys, size_t rigs, struct screen *screen)
{
	static const char *const names[] = { "q quit", "f fault", "g gauge", "r release", "c clear",
		NULL };
	const char *prompt = keys->asks_for == TOP_ARM ? "rule: " : "gauge value: ";
	const char *line = keys->line;

	screen->indent = 0;
	if (!keys->asks_for) {
		for (size_t at = 0; names[at]; at++)
			screen_flow(screen, STYLE_DIM, names[at]);
		if (rigs > 1)
			screen_flow(screen, STYLE_DIM, "tab next volume");
		return;
	}
	screen_put(screen, STYLE_BOLD, prompt);
	/* If the line is long, show its end, where the cursor is. */
	while (text_columns(line, screen->in_utf8) + screen->column + 1 > screen->width && *line) {
		struct text_character gone;

		text_next(&line, screen->in_utf8, &gone);
	}
	screen_put(screen, STYLE_PLAIN, line);
}
