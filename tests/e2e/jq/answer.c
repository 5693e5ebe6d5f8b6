/* SPDX-License-Identifier: Apache-2.0 */
/* answer.c - reading a filter, and its operators */
#include <ctype.h>
#include <string.h>

#include "tests/e2e/jq/internal.h"
#include "tests/e2e/jq/jq.h"
#include "tests/e2e/jq/values.h"

const char *at;

/* ---- reading ---- */

static void skip_blanks(void)
{
	at += strspn(at, " \t\n");
}

bool accepts(const char *sign)
{
	size_t length;

	skip_blanks();
	length = strspn(at, "|/+=<>!-*%?");
	if (length == 0)
		length = 1;
	if (strlen(sign) != length || strncmp(at, sign, length) != 0)
		return false;
	at += length;
	return true;
}

void expect(const char *sign)
{
	if (!accepts(sign))
		hand_over();
}

size_t name_at(const char *text)
{
	size_t length = 0;

	if (isalpha((unsigned char)*text) || *text == '_')
		while (isalnum((unsigned char)text[length]) || text[length] == '_')
			length++;
	return length;
}

bool accepts_word(const char *word)
{
	skip_blanks();
	if (name_at(at) != strlen(word) || strncmp(at, word, strlen(word)) != 0)
		return false;
	at += strlen(word);
	return true;
}

json_t *only(const json_t *outputs)
{
	if (json_array_size(outputs) != 1)
		hand_over();
	return json_array_get(outputs, 0);
}

void eval_each(evaluate *function, const json_t *values, json_t *outputs)
{
	const char *begin = at, *end;
	json_t *value;
	size_t i;

	function(NULL, outputs);
	end = at;
	json_array_foreach(values, i, value)
	{
		at = begin;
		function(value, outputs);
	}
	at = end;
}

/* ---- operators, those first that bind closest ---- */

/* What has two sides, each with one output: COMBINE of them. */
static void eval_sides(json_t *input, json_t *outputs, evaluate *side, const char *sign,
	json_t *(*combine)(json_t *one, const char *sign, json_t *other))
{
	json_t *right = json_array(), *left;

	side(input, right);
	if (!input)
		return;
	left = json_incref(only(outputs));
	json_array_clear(outputs);
	json_array_append_new(outputs, combine(left, sign, only(right)));
}

/* What one operator makes is the left side of the next; so OUTPUTS are its own. */
static void eval_own(evaluate *function, json_t *input, json_t *outputs)
{
	json_t *own = json_array();

	function(input, own);
	json_array_extend(outputs, own);
}

static json_t *sum(json_t *one, const char *sign, json_t *other)
{
	(void)sign;
	return sum_of(one, other);
}

static json_t *both(json_t *one, const char *sign, json_t *other)
{
	(void)sign;
	return json_boolean(is_true(one) && is_true(other));
}

static json_t *either(json_t *one, const char *sign, json_t *other)
{
	(void)sign;
	return json_boolean(is_true(one) || is_true(other));
}

static void eval_sum(json_t *input, json_t *outputs)
{
	eval_own(eval_term, input, outputs);
	while (accepts("+"))
		eval_sides(input, outputs, eval_term, "+", sum);
}

static void eval_comparison(json_t *input, json_t *outputs)
{
	static const char *const signs[] = { "==", "!=", "<=", ">=", "<", ">" };

	eval_own(eval_sum, input, outputs);
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
		if (!accepts(signs[i]))
			continue;
		eval_sides(input, outputs, eval_sum, signs[i], comparison_of);
		return;
	}
}

static void eval_and(json_t *input, json_t *outputs)
{
	eval_own(eval_comparison, input, outputs);
	while (accepts_word("and"))
		eval_sides(input, outputs, eval_comparison, "and", both);
}

static void eval_or(json_t *input, json_t *outputs)
{
	eval_own(eval_and, input, outputs);
	while (accepts_word("or"))
		eval_sides(input, outputs, eval_and, "or", either);
}

static void eval_alternative(json_t *input, json_t *outputs)
{
	json_t *first = json_array(), *second = json_array(), *output;
	size_t i, true_ones = 0;

	eval_or(input, first);
	if (!accepts("//")) {
		json_array_extend(outputs, first);
		return;
	}
	eval_alternative(input, second);
	json_array_foreach(first, i, output)
	{
		if (!is_true(output))
			continue;
		json_array_append(outputs, output);
		true_ones++;
	}
	if (!true_ones)
		json_array_extend(outputs, second);
}

static void eval_comma(json_t *input, json_t *outputs)
{
	do
		eval_own(eval_alternative, input, outputs);
	while (accepts(","));
}

void eval_pipe(json_t *input, json_t *outputs)
{
	json_t *values = json_array();

	eval_comma(input, values);
	if (accepts("|"))
		eval_each(eval_pipe, values, outputs);
	else
		json_array_extend(outputs, values);
}

void answer(const char *filter, json_t *input, json_t *outputs)
{
	at = filter;
	eval_pipe(input, outputs);
	skip_blanks();
	if (*at)
		hand_over();
}
