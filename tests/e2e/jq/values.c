/* SPDX-License-Identifier: Apache-2.0 */
/* values.c - what operators and functions make of values */
#include "tests/e2e/jq/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/jq/jq.h"

bool is_true(const json_t *value)
{
	return !json_is_null(value) && !json_is_false(value);
}

/* Hands over what is not the same for jq as it is here. */
static void check_exact(const json_t *value)
{
	free(text_of(value, true));
}

json_t *sum_of(json_t *one, json_t *other)
{
	json_t *all;

	if (json_is_null(one) || json_is_null(other))
		return json_incref(json_is_null(one) ? other : one);
	if (json_typeof(one) != json_typeof(other))
		hand_over();
	check_exact(one);
	check_exact(other);
	switch (json_typeof(one)) {
	case JSON_STRING:
		return json_sprintf("%s%s", json_string_value(one), json_string_value(other));
	case JSON_ARRAY:
		all = json_copy(one);
		json_array_extend(all, other);
		return all;
	case JSON_INTEGER:
		return json_integer(json_integer_value(one) + json_integer_value(other));
	default:
		hand_over();
	}
}

json_t *comparison_of(json_t *one, const char *sign, json_t *other)
{
	bool is_equality = sign[0] == '!' || strcmp(sign, "==") == 0, is_so;
	json_int_t left = json_integer_value(one), right = json_integer_value(other);

	check_exact(one);
	check_exact(other);
	if (is_equality)
		is_so = json_equal(one, other) == (sign[0] == '=');
	else if (!json_is_integer(one) || !json_is_integer(other))
		hand_over();
	else if (sign[0] == '<')
		is_so = sign[1] ? left <= right : left < right;
	else
		is_so = sign[1] ? left >= right : left > right;
	return json_boolean(is_so);
}

json_t *length_of(json_t *value)
{
	check_exact(value);
	switch (json_typeof(value)) {
	case JSON_NULL:
		return json_integer(0);
	case JSON_ARRAY:
		return json_integer((json_int_t)json_array_size(value));
	case JSON_OBJECT:
		return json_integer((json_int_t)json_object_size(value));
	case JSON_STRING:
		return json_integer((json_int_t)json_string_length(value));
	default:
		hand_over();
	}
}

json_t *total_of(json_t *value)
{
	json_t *total = json_null(), *element;
	size_t i;

	if (!json_is_array(value))
		hand_over();
	json_array_foreach(value, i, element) total = sum_of(total, element);
	return total;
}

json_t *joined(json_t *value, const json_t *between)
{
	char *text = NULL;
	size_t length, i;
	FILE *file = open_memstream(&text, &length);
	json_t *element;

	if (!file || !json_is_array(value) || !json_is_string(between) || !json_array_size(value))
		hand_over();
	json_array_foreach(value, i, element)
	{
		if (json_is_array(element) || json_is_object(element))
			hand_over();
		fputs(i ? json_string_value(between) : "", file);
		if (!json_is_null(element))
			fputs(text_of(element, false), file);
	}
	if (fclose(file) != 0)
		hand_over();
	return json_string(text);
}

json_t *member_of(json_t *value, const char *name)
{
	json_t *member = json_object_get(value, name);

	if (!json_is_object(value) && !json_is_null(value))
		hand_over();
	return member ? json_incref(member) : json_null();
}

json_t *element_of(json_t *value, long place)
{
	long count = (long)json_array_size(value);

	if (!json_is_array(value) && !json_is_null(value))
		hand_over();
	if (place < 0)
		place += count;
	return place < 0 || place >= count ? json_null()
					   : json_incref(json_array_get(value, (size_t)place));
}

json_t *opposite_of(json_t *value)
{
	return json_boolean(!is_true(value));
}

json_t *null_of(json_t *value)
{
	(void)value;
	return json_null();
}

json_t *true_of(json_t *value)
{
	(void)value;
	return json_true();
}

json_t *false_of(json_t *value)
{
	(void)value;
	return json_false();
}
