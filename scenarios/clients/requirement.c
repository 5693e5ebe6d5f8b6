/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/requirement.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/process.h"
#include "scenarios/clients/program_says.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

#define AT_LEAST ">="
#define DIGITS	 "0123456789"

/* Returns whether TEXT consists of numbers with dots between them. */
static bool is_version(const char *text)
{
	for (;;) {
		size_t digits = strspn(text, DIGITS);

		if (digits == 0 || digits > 9)
			return false;
		text += digits;
		if (!*text)
			return true;
		if (*text++ != '.')
			return false;
	}
}

static bool is_variable(const char *text)
{
	if (isdigit((unsigned char)*text) || !*text)
		return false;
	for (; *text; text++) {
		if (!isalnum((unsigned char)*text) && *text != '_')
			return false;
	}
	return true;
}

bool requirement_is_valid(const char *text)
{
	const char *least = strstr(text, AT_LEAST);

	if (*text == '$')
		return is_variable(text + 1);
	return *text && (!least || (least > text && is_version(least + strlen(AT_LEAST))));
}

/* Returns whether version A is older than B, number by number; if one is a prefix, it is the
 * older. */
static bool is_below(const char *a, const char *b)
{
	for (;;) {
		char *a_end, *b_end;
		unsigned long a_number = strtoul(a, &a_end, 10);
		unsigned long b_number = strtoul(b, &b_end, 10);

		if (a_number != b_number)
			return a_number < b_number;
		if (*b_end != '.')
			return false;
		if (*a_end != '.' || !isdigit((unsigned char)a_end[1]))
			return true;
		a = a_end + 1;
		b = b_end + 1;
	}
}

static char *program_missing(const char *program)
{
	return process_program_exists(program) ? NULL : heap_format("no program '%s'", program);
}

/* The version begins at the first digit that PROGRAM prints. */
static char *version_missing(const char *program, const char *least)
{
	const char *const argv[] = { program, "--version", NULL };
	AUTO(auto_free) char *says = program_says(argv);
	const char *version = says ? says + strcspn(says, DIGITS) : "";

	if (!*version)
		return heap_format(
			"no version %s of '%s', which does not tell its own", least, program);
	if (!is_below(version, least))
		return NULL;
	return heap_format("no version %s of '%s', which is %.*s", least, program,
		(int)strspn(version, DIGITS "."), version);
}

static char *variable_missing(const char *variable)
{
	const char *path = getenv(variable);

	if (!path || !*path)
		return heap_format("no variable '%s' in the environment", variable);
	return access(path, F_OK) < 0
		       ? heap_format("no '%s', as variable '%s' has it", path, variable)
		       : NULL;
}

char *requirement_missing(const char *text)
{
	const char *least = strstr(text, AT_LEAST);

	if (*text == '$')
		return variable_missing(text + 1);
	if (!least)
		return program_missing(text);

	AUTO(auto_free) char *program = heap_format("%.*s", (int)(least - text), text);
	char *missing = program_missing(program);

	return missing ? missing : version_missing(program, least + strlen(AT_LEAST));
}
