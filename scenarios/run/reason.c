/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/reason.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/log.h"

void reason_set(struct reason *reason, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason->text, sizeof reason->text, format, arguments);
	va_end(arguments);
}

int reason_error(struct reason *reason, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason->text, sizeof reason->text, format, arguments);
	va_end(arguments);

	size_t length = strlen(reason->text);

	snprintf(reason->text + length, sizeof reason->text - length, ": %s", error_text(error));
	return error;
}
