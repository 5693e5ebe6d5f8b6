/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/event_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

const char *event_text_seconds(const json_t *event, char *buffer, size_t length)
{
	long long time_ns = json_integer_value(json_object_get(event, "time_ns"));

	snprintf(buffer, length, "%lld.%06lld", time_ns / (long long)NS_PER_S,
		time_ns % (long long)NS_PER_S / 1000);
	return buffer;
}

const char *event_text_name(const json_t *event)
{
	const char *name = json_string_value(json_object_get(event, "event"));

	return name ? name : "";
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (isspace((unsigned char)*text) || iscntrl((unsigned char)*text) || *text == '"')
			return false;
	return true;
}

static void print_field(const char *key, const json_t *value, FILE *file)
{
	const char *text = json_string_value(value);
	AUTO(auto_free) char *quoted = json_dumps(value, JSON_ENCODE_ANY);

	fprintf(file, " %s=%s", key, text && is_plain(text) ? text : quoted ? quoted : "");
}

void event_text_fields(const json_t *event, FILE *file)
{
	static const char *const others[] = { "sequence", "time_ns", "operation", "event", NULL };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)event, key, value)
	{
		size_t at = 0;

		while (others[at] && strcmp(others[at], key) != 0)
			at++;
		if (!others[at])
			print_field(key, value, file);
	}
}
