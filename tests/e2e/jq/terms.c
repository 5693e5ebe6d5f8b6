/* SPDX-License-Identifier: Apache-2.0 */
/* terms.c - what stands between the operators of a filter: paths, texts, [...], functions */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/jq/internal.h"
#include "tests/e2e/jq/jq.h"
#include "tests/e2e/jq/values.h"

/* ---- paths ---- */

/* Adds NAME or "NAME" of INPUT; the name has LENGTH bytes. */
static void eval_member(json_t *input, size_t length, json_t *outputs)
{
	char name[128];

	if (length >= sizeof name)
		hand_over();
	snprintf(name, sizeof name, "%.*s", (int)length, at);
	at += length;
	if (input)
		json_array_append_new(outputs, member_of(input, name));
}

/* .name, ["name"], [N] or []. */
static void eval_suffix(json_t *input, json_t *outputs)
{
	char *end;
	long place;

	if (*at++ == '.') {
		eval_member(input, name_at(at), outputs);
		return;
	}
	if (*at == '"') {
		at++;
		eval_member(input, strcspn(at, "\"\\"), outputs);
		expect("\"");
	} else if (*at == ']') {
		if (input && !json_is_array(input))
			hand_over();
		json_array_extend(outputs, input);
	} else {
		place = strtol(at, &end, 10);
		if (end == at)
			hand_over();
		at = end;
		if (input)
			json_array_append_new(outputs, element_of(input, place));
	}
	expect("]");
}

static bool has_suffix(void)
{
	return (*at == '.' && name_at(at + 1) > 0) || *at == '[';
}

/* ---- terms ---- */

/* The opening quote has been read. */
static void eval_text(json_t *input, json_t *outputs)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	json_t *inner = json_array();

	while (file && *at != '"') {
		if (strncmp(at, "\\(", 2) == 0) {
			at += 2;
			json_array_clear(inner);
			eval_pipe(input, inner);
			fputs(input ? text_of(only(inner), false) : "", file);
			expect(")");
			continue;
		}
		if (*at < ' ' || *at > '~' || (*at == '\\' && *++at != '"' && *at != '\\'))
			hand_over();
		putc(*at++, file);
	}
	if (!file || fclose(file) != 0)
		hand_over();
	at++;
	if (input)
		json_array_append_new(outputs, json_string(text));
}

static void eval_select(json_t *input, json_t *outputs)
{
	json_t *decisions = json_array();

	eval_pipe(input, decisions);
	if (input && is_true(only(decisions)))
		json_array_append(outputs, input);
}

static void eval_map(json_t *input, json_t *outputs)
{
	json_t *all = json_array();

	if (input && !json_is_array(input))
		hand_over();
	eval_each(eval_pipe, input, all);
	if (input)
		json_array_append_new(outputs, all);
}

static void eval_join(json_t *input, json_t *outputs)
{
	json_t *between = json_array();

	eval_pipe(input, between);
	if (input)
		json_array_append_new(outputs, joined(input, only(between)));
}

/* any or all: whether one of VALUES is true, or none is not. */
static void conclude(const json_t *input, const json_t *values, bool is_any, json_t *outputs)
{
	bool is_so = !is_any;
	json_t *value;
	size_t i;

	if (!json_is_array(values) && input)
		hand_over();
	json_array_foreach(values, i, value) is_so = is_any ? is_so || is_true(value)
							    : is_so && is_true(value);
	if (input)
		json_array_append_new(outputs, json_boolean(is_so));
}

static void eval_any(json_t *input, bool is_any, json_t *outputs)
{
	json_t *values = json_array(), *decisions = json_array();

	if (!accepts("(")) {
		conclude(input, input, is_any, outputs);
		return;
	}
	eval_pipe(input, values);
	expect(";");
	eval_each(eval_pipe, values, decisions);
	expect(")");
	conclude(input, decisions, is_any, outputs);
}

/* What stands behind the name of a function, and its end. */
static void eval_in_parentheses(evaluate *function, json_t *input, json_t *outputs)
{
	expect("(");
	function(input, outputs);
	expect(")");
}

/* Of whatever else has a name. */
static void eval_word(json_t *input, json_t *outputs)
{
	static const struct {
		const char *name;
		json_t *(*value_of)(json_t *input);
	} functions[] = {
		{ "length", length_of },
		{ "add", total_of },
		{ "not", opposite_of },
		{ "null", null_of },
		{ "true", true_of },
		{ "false", false_of },
	};

	if (accepts_word("select")) {
		eval_in_parentheses(eval_select, input, outputs);
		return;
	}
	if (accepts_word("map")) {
		eval_in_parentheses(eval_map, input, outputs);
		return;
	}
	if (accepts_word("join")) {
		eval_in_parentheses(eval_join, input, outputs);
		return;
	}
	if (accepts_word("any")) {
		eval_any(input, true, outputs);
		return;
	}
	if (accepts_word("all")) {
		eval_any(input, false, outputs);
		return;
	}
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
		if (!accepts_word(functions[i].name))
			continue;
		if (input)
			json_array_append_new(outputs, functions[i].value_of(input));
		return;
	}
	hand_over();
}

static void eval_number(json_t *input, json_t *outputs)
{
	char *end;
	long number = strtol(at, &end, 10);

	if (*end == '.' || *end == 'e' || *end == 'E' || number > 1000000000)
		hand_over();
	at = end;
	if (input)
		json_array_append_new(outputs, json_integer(number));
}

static void eval_array(json_t *input, json_t *outputs)
{
	json_t *all = json_array();

	if (!accepts("]")) {
		eval_pipe(input, all);
		expect("]");
	}
	if (input)
		json_array_append_new(outputs, all);
}

static void eval_primary(json_t *input, json_t *outputs)
{
	if (accepts("(")) {
		eval_pipe(input, outputs);
		expect(")");
	} else if (accepts("[")) {
		eval_array(input, outputs);
	} else if (accepts("\"")) {
		eval_text(input, outputs);
	} else if (isdigit((unsigned char)*at)) {
		eval_number(input, outputs);
	} else if (*at == '.') {
		/* The dot of .name is its suffix's. */
		at += name_at(at + 1) == 0;
		if (input)
			json_array_append(outputs, input);
	} else {
		eval_word(input, outputs);
	}
}

void eval_term(json_t *input, json_t *outputs)
{
	json_t *values = json_array(), *next;

	eval_primary(input, values);
	while (has_suffix()) {
		next = json_array();
		eval_each(eval_suffix, values, next);
		values = next;
	}
	json_array_extend(outputs, values);
}
