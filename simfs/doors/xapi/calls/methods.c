/* SPDX-License-Identifier: Apache-2.0 */
/* The table of methods, checks of their arguments, and system.listMethods. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/doors/xapi/calls/internal.h"

#define SYNC METHOD_SYNC
#define BOTH METHOD_BOTH
#define OPEN METHOD_OPEN

const struct method methods[] = {
#define METHOD(name, function, arguments, how) { name, function, arguments, how },
#include "simfs/doors/xapi/calls/methods.def"
#undef METHOD
};

const size_t method_count = sizeof methods / sizeof methods[0];

const struct method *method_find(const char *name)
{
	for (size_t at = 0; at < method_count; at++)
		if (strcmp(methods[at].name, name) == 0)
			return &methods[at];
	return NULL;
}

/* ---- arguments ---- */

#define WORD_MAX 32

static const struct {
	const char *word;
	enum pool_kind kind;
} kinds[] = {
	{ "text", POOL_KIND_TEXT },
	{ "bool", POOL_KIND_BOOL },
	{ "int", POOL_KIND_INT },
	{ "real", POOL_KIND_REAL },
};

/* Copies the first word at AT to WORD; returns the rest, or NULL at the end. */
static const char *next_word(const char *at, char *word, bool *ret_is_optional)
{
	size_t length;

	at += strspn(at, " ");
	length = strcspn(at, " ");
	if (length == 0)
		return NULL;
	snprintf(word, WORD_MAX, "%.*s", (int)length, at);
	*ret_is_optional = word[length - 1] == '?';
	if (*ret_is_optional)
		word[length - 1] = '\0';
	return at + length;
}

static int check_ref(struct call *call, char *word, const json_t *value)
{
	bool may_be_null = word[strlen(word) - 1] == '0';
	const char *ref = json_string_value(value);
	enum pool_class class;
	json_t *record;

	if (may_be_null)
		word[strlen(word) - 1] = '\0';
	if (!ref || pool_class_find(word, &class) < 0)
		return call_fail(call, "FIELD_TYPE_ERROR", word, NULL);
	if (may_be_null && strcmp(ref, POOL_REF_NULL) == 0)
		return 0;
	pool_lock(call->pool);
	record = pool_find(call->pool, class, ref);
	pool_unlock(call->pool);
	return record ? 0 : call_fail(call, "HANDLE_INVALID", word, ref, NULL);
}

static int check_argument(struct call *call, char *word, const json_t *value)
{
	bool fits;

	for (size_t at = 0; at < sizeof kinds / sizeof kinds[0]; at++) {
		if (strcmp(word, kinds[at].word) != 0)
			continue;
		/* An integer is a real number, too. */
		fits = pool_kind_fits(kinds[at].kind, value) ||
		       (kinds[at].kind == POOL_KIND_REAL && json_is_number(value));
		return fits ? 0 : call_fail(call, "FIELD_TYPE_ERROR", word, NULL);
	}
	if (strcmp(word, "any") == 0)
		return 0;
	if (strcmp(word, "list") == 0 || strcmp(word, "map") == 0) {
		fits = *word == 'l' ? json_is_array(value) : json_is_object(value);
		return fits ? 0 : call_fail(call, "FIELD_TYPE_ERROR", word, NULL);
	}
	return check_ref(call, word, value);
}

int method_check(const struct method *method, struct call *call)
{
	size_t count = json_array_size(call->arguments), needed = 0, known = 0;
	char word[WORD_MAX], expected[16], received[16];
	bool is_optional;

	for (const char *at = method->arguments; (at = next_word(at, word, &is_optional));) {
		known++;
		needed += !is_optional;
		if (known <= count &&
			check_argument(call, word, call_argument(call, known - 1)) < 0)
			return CALL_FAILED;
	}
	if (count >= needed && count <= known)
		return 0;
	snprintf(expected, sizeof expected, "%zu", count < needed ? needed : known);
	snprintf(received, sizeof received, "%zu", count);
	return call_fail(
		call, "MESSAGE_PARAMETER_COUNT_MISMATCH", method->name, expected, received, NULL);
}

/* ---- system.listMethods ---- */

int list_methods(struct call *call)
{
	char name[128];

	call->result = json_array();
	for (size_t at = 0; at < method_count; at++) {
		json_array_append_new(call->result, json_string(methods[at].name));
		if (methods[at].how != METHOD_BOTH)
			continue;
		snprintf(name, sizeof name, "Async.%s", methods[at].name);
		json_array_append_new(call->result, json_string(name));
	}
	if (field_methods(call->result) < 0)
		return call_fail_error(call, -ENOMEM, "cannot list the methods");
	return 0;
}
