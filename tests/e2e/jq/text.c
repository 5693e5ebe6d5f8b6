/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - a value as jq prints it on one line */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/jq/jq.h"

static void put(FILE *file, const json_t *value);

/* Of what has to be escaped only what JSON itself needs. */
static void put_text(FILE *file, const char *text)
{
	putc('"', file);
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			hand_over();
		if (*text == '"' || *text == '\\')
			putc('\\', file);
		putc(*text, file);
	}
	putc('"', file);
}

static void put_array(FILE *file, const json_t *value)
{
	putc('[', file);
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (i)
			putc(',', file);
		put(file, json_array_get(value, i));
	}
	putc(']', file);
}

static void put_object(FILE *file, const json_t *value)
{
	const char *between = "", *key;
	json_t *member;

	putc('{', file);
	json_object_foreach((json_t *)(void *)value, key, member)
	{
		fputs(between, file);
		put_text(file, key);
		putc(':', file);
		put(file, member);
		between = ",";
	}
	putc('}', file);
}

static void put(FILE *file, const json_t *value)
{
	json_int_t number = json_integer_value(value);

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		put_object(file, value);
		break;
	case JSON_ARRAY:
		put_array(file, value);
		break;
	case JSON_STRING:
		put_text(file, json_string_value(value));
		break;
	case JSON_TRUE:
		fputs("true", file);
		break;
	case JSON_FALSE:
		fputs("false", file);
		break;
	case JSON_NULL:
		fputs("null", file);
		break;
	case JSON_INTEGER:
		if (number > NUMBER_MAX || number < -NUMBER_MAX)
			hand_over();
		fprintf(file, "%" JSON_INTEGER_FORMAT, number);
		break;
	case JSON_REAL:
		hand_over();
	}
}

char *text_of(const json_t *value, bool with_quotes)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		hand_over();
	if (json_is_string(value) && !with_quotes)
		fputs(json_string_value(value), file);
	else
		put(file, value);
	if (fclose(file) != 0)
		hand_over();
	return text;
}
