/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/yaml/values.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "simfs/base/check.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

#define CHOICES_MAX 16

bool scalar_is_text(const struct tree_node *node)
{
	static const char *const other[] = { "", "~", "null", "true", "false", "yes", "no", "on",
		"off", ".inf", "+.inf", "-.inf", ".nan", "<<", "=" };
	char *end;

	if (node->quoted)
		return true;
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
		if (strcasecmp(node->text, other[i]) == 0)
			return false;
	}
	if (!isdigit((unsigned char)node->text[0]) && !strchr("+-.", node->text[0]))
		return true;
	(void)strtod(node->text, &end);
	return *end != '\0';
}

/* Whether NODE is a text that is not empty.  If not, adds the mistake. */
static bool is_text(
	struct reading *reading, const struct field *field, const struct tree_node *node)
{
	if (!is_scalar(reading, field, node, "a text"))
		return false;
	if (node->text[0] == '\0') {
		mistakes_add(reading->mistakes, node->place, "'%s' is empty", field->key);
		return false;
	}
	if (!scalar_is_text(node)) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' must be a text (write \"%s\" in quotes)", field->key, node->text);
		return false;
	}
	return true;
}

/* Whether NODE is a plain value, as numbers are.  If not, adds that FIELD must be WHAT. */
static bool is_plain(struct reading *reading, const struct field *field,
	const struct tree_node *node, const char *what)
{
	if (!is_scalar(reading, field, node, what))
		return false;
	if (node->quoted) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' must be %s, not a text (leave the quotes out)", field->key, what);
		return false;
	}
	return true;
}

void read_text(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	if (is_text(reading, field, node))
		*(char **)target = heap_copy(node->text);
}

void read_name(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	if (!is_text(reading, field, node))
		return;

	size_t length = strlen(node->text);

	if (length > NAME_MAX_BYTES)
		mistakes_add(reading->mistakes, node->place,
			"a name of %zu letters is too long (at most %d)", length, NAME_MAX_BYTES);
	else if (strspn(node->text, letters) != length || !isalnum((unsigned char)node->text[0]))
		mistakes_add(reading->mistakes, node->place,
			"cannot use '%s' as a name (only letters, digits, '.', '_' and '-')",
			node->text);
	else
		*(char **)target = heap_copy(node->text);
}

void read_size(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	uint64_t max = field->max ? field->max : INT64_MAX;
	uint64_t bytes;
	char text[64];

	if (!is_scalar(reading, field, node, "a size"))
		return;

	int error = size_parse(node->text, &bytes);

	if (error == -EINVAL)
		mistakes_add(reading->mistakes, node->place, "cannot read size '%s' (try %s)",
			node->text, size_hint(node->text, text, sizeof text));
	else if (error < 0 || bytes > max)
		mistakes_add(reading->mistakes, node->place, "'%s' is too large (at most %s)",
			field->key, size_format(max, text, sizeof text));
	else if (bytes < field->min)
		mistakes_add(reading->mistakes, node->place, "'%s' is too small (at least %s)",
			field->key, size_format(field->min, text, sizeof text));
	else
		*(uint64_t *)target = bytes;
}

void read_limit(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	struct size_or_share limit;
	char text[64];

	if (!is_scalar(reading, field, node, "a size or a share"))
		return;
	if (size_or_share_parse(node->text, &limit) < 0)
		mistakes_add(reading->mistakes, node->place,
			"cannot read size '%s' (try %s or 10%%)", node->text,
			size_hint(node->text, text, sizeof text));
	else if (limit.is_share ? limit.per_million == 0 : limit.bytes == 0)
		mistakes_add(reading->mistakes, node->place, "'%s' is too small", field->key);
	else if (limit.is_share && limit.per_million > 1000000)
		mistakes_add(reading->mistakes, node->place, "'%s' is too large (at most 100%%)",
			field->key);
	else
		*(char **)target = heap_copy(node->text);
}

void read_duration(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	uint64_t duration_ns;

	if (!is_scalar(reading, field, node, "a duration"))
		return;

	int error = duration_parse(node->text, &duration_ns);

	if (error == -EINVAL)
		mistakes_add(reading->mistakes, node->place,
			"cannot read duration '%s' (try 60s or 20ms)", node->text);
	else if (error < 0)
		mistakes_add(reading->mistakes, node->place, "'%s' is too large", field->key);
	else if (duration_ns == 0)
		mistakes_add(reading->mistakes, node->place, "'%s' is too small", field->key);
	else
		*(uint64_t *)target = duration_ns;
}

int number_parse(const char *text, uint64_t *ret)
{
	bool is_hexadecimal = strncmp(text, "0x", 2) == 0;
	const char *digits = is_hexadecimal ? text + 2 : text;
	char *end;

	/* strtoull() alone would accept signs, blanks, leading zeros and a second 0x. */
	if (!isxdigit((unsigned char)*digits))
		return -EINVAL;
	if (is_hexadecimal && digits[0] == '0' && strchr("xX", digits[1]) && digits[1] != '\0')
		return -EINVAL;
	if (!is_hexadecimal && digits[0] == '0' && digits[1] != '\0')
		return -EINVAL;
	errno = 0;

	unsigned long long value = strtoull(digits, &end, is_hexadecimal ? 16 : 10);

	if (*end != '\0' || end == digits)
		return -EINVAL;
	if (errno == ERANGE)
		return -ERANGE;
	*ret = value;
	return 0;
}

static bool number_read(struct reading *reading, const struct field *field,
	const struct tree_node *node, uint64_t max, uint64_t *ret)
{
	uint64_t value;

	if (!is_plain(reading, field, node, "a number"))
		return false;

	int error = number_parse(node->text, &value);

	if (error == -EINVAL)
		mistakes_add(reading->mistakes, node->place, "cannot read number '%s' (try 7)",
			node->text);
	else if (error < 0 || value > max)
		mistakes_add(reading->mistakes, node->place, "'%s' is too large (at most %llu)",
			field->key, (unsigned long long)max);
	else if (value < field->min)
		mistakes_add(reading->mistakes, node->place, "'%s' is too small (at least %llu)",
			field->key, (unsigned long long)field->min);
	else {
		*ret = value;
		return true;
	}
	return false;
}

void read_number(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	number_read(reading, field, node, field->max ? field->max : UINT64_MAX, target);
}

void read_number_32(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	uint64_t value;

	if (number_read(reading, field, node, field->max ? field->max : UINT32_MAX, &value))
		*(uint32_t *)target = (uint32_t)value;
}

/* The index of NODE's word in the field's choices, or -1 after adding the mistake. */
static int choice_find(
	struct reading *reading, const struct field *field, const struct tree_node *node)
{
	const char *words[CHOICES_MAX];
	size_t word_count = 0;

	if (!is_text(reading, field, node))
		return -1;
	MUST(field->choice_count <= CHOICES_MAX);
	for (size_t i = 0; i < field->choice_count; i++) {
		if (!field->choices[i])
			continue;
		if (strcmp(node->text, field->choices[i]) == 0)
			return (int)i;
		words[word_count++] = field->choices[i];
	}
	unknown_add(reading, node, "value", field->key, words, word_count);
	return -1;
}

void read_choice(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	int index = choice_find(reading, field, node);

	if (index >= 0)
		*(int *)target = index;
}

void read_word(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	int index = choice_find(reading, field, node);

	if (index >= 0)
		*(char **)target = heap_copy(field->choices[index]);
}

void read_wish(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	if (choice_find(reading, field, node) >= 0)
		*(bool *)target = true;
}

void read_table(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	fields_read(reading, field->table, node, target);
}
