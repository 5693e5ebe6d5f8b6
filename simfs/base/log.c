/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log_file.h"
#include "simfs/base/progress_bar.h"

/* The highest errno that Linux defines for user space is 133; this leaves room. */
#define ERRNO_COUNT 200

/*
 * One write per message, so that lines do not interleave when several processes share a terminal or
 * a log file.
 */
static void print_line(
	const char *format, va_list arguments, int text_error, const int *noted_error)
{
	char text[2048];
	size_t room = sizeof text - 2;
	int begin = snprintf(text, room, "snaprig: "), length = begin;
	int added = vsnprintf(text + length, room - (size_t)length, format, arguments);

	length += added < 0 ? 0 : added;
	if ((size_t)length >= room)
		length = (int)room - 1;
	if (text_error != 0) {
		added = snprintf(
			text + length, room - (size_t)length, ": %s", error_text(text_error));
		length += added;
		if ((size_t)length >= room)
			length = (int)room - 1;
	}
	text[length] = '\0';
	if (noted_error)
		json_output_note(*noted_error, text + begin);
	text[length++] = '\n';
	text[length] = '\0';
	progress_bar_make_room();
	if (log_file_write(text, (size_t)length) < 0)
		fputs(text, stderr);
}

void log_error(const char *format, ...)
{
	va_list arguments;
	int error = 0;

	va_start(arguments, format);
	print_line(format, arguments, 0, &error);
	va_end(arguments);
}

void log_error_code(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(format, arguments, error, &error);
	va_end(arguments);
}

void log_error_of(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(format, arguments, 0, &error);
	va_end(arguments);
}

void log_info(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(format, arguments, 0, NULL);
	va_end(arguments);
}

const char *error_name(int error)
{
	const char *name = strerrorname_np(-error);

	return name ? name : "EUNKNOWN";
}

const char *error_text(int error)
{
	const char *text = strerrordesc_np(-error);

	return text ? text : "Unknown error";
}

int error_from_name(const char *name)
{
	for (int number = 1; number < ERRNO_COUNT; number++) {
		const char *known = strerrorname_np(number);

		if (known && strcmp(known, name) == 0)
			return -number;
	}
	return 0;
}

void must_fail(const char *fact, const char *file, int line)
{
	fprintf(stderr, "snaprig: %s:%d: broken promise: %s\n", file, line, fact);
	abort();
}
