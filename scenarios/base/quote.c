/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/quote.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/heap.h"

static bool is_plain(const char *text)
{
	for (const char *at = text; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("%+,-./:=@_{}", *at))
			return false;
	return *text != '\0';
}

char *shell_quote(const char *text)
{
	char *quoted = NULL;
	size_t size;
	FILE *file;

	if (is_plain(text))
		return heap_copy(text);
	file = open_memstream(&quoted, &size);
	MUST(file);
	fputc('\'', file);
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", file);
		else
			fputc(*text, file);
	}
	fputc('\'', file);
	fclose(file);
	return quoted;
}
