/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/heap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

static void *heap_must(void *memory)
{
	if (memory)
		return memory;
	log_error("out of memory");
	exit(EXIT_RIG);
}

void *heap_new(size_t size)
{
	return heap_must(calloc(1, size));
}

char *heap_copy(const char *text)
{
	return text ? heap_must(strdup(text)) : NULL;
}

char *heap_format(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return heap_must(text);
}

void *heap_grow(void *array, size_t count, size_t element_bytes)
{
	/* Capacities are powers of two, so they follow from the count alone. */
	if ((count & (count - 1)) == 0)
		array = heap_must(reallocarray(array, count == 0 ? 1 : count * 2, element_bytes));
	memset((char *)array + count * element_bytes, 0, element_bytes);
	return array;
}
