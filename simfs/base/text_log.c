/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/text_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"

static const char full_line[] = "(log full)\n";

static int log_reserve(struct text_log *log, size_t length)
{
	size_t room = log->room ? log->room : 4096;

	while (room < length)
		room *= 2;
	if (room == log->room)
		return 0;

	char *text = realloc(log->text, room);

	if (!text)
		return -1;
	log->text = text;
	log->room = room;
	return 0;
}

void text_log_line(struct text_log *log, const char *format, ...)
{
	AUTO(auto_free) char *line = NULL;
	va_list arguments;

	va_start(arguments, format);

	int printed = vasprintf(&line, format, arguments);

	va_end(arguments);
	if (printed < 0) {
		line = NULL;
		log->lines_dropped++;
		return;
	}

	const char *text = line;
	size_t length = (size_t)printed + 1;

	line[printed] = '\n'; /* in place of the terminator */
	if (log->lines_dropped > 0 || log->length + length > TEXT_LOG_MAX_BYTES) {
		if (log->lines_dropped++ > 0)
			return;
		text = full_line;
		length = sizeof full_line - 1;
	}
	if (log_reserve(log, log->length + length) < 0) {
		log->lines_dropped++;
		return;
	}
	memcpy(log->text + log->length, text, length);
	log->length += length;
}

void text_log_deinit(struct text_log *log)
{
	free(log->text);
	*log = (struct text_log){ 0 };
}
