/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "simfs/base/clock.h"
#include "simfs/base/json_output.h"

#define STAMP_BYTES 48

typedef struct tm *break_down(const time_t *seconds, struct tm *ret);

/* Writes "05/07/2025 06:12:55.812" to STAMP. */
static void stamp_now(break_down *zone, char stamp[STAMP_BYTES])
{
	int64_t now_ns = clock_wall_ns();
	time_t seconds = now_ns / (int64_t)NS_PER_S;
	struct tm now;
	size_t length;

	zone(&seconds, &now);
	length = strftime(stamp, STAMP_BYTES, "%m/%d/%Y %H:%M:%S", &now);
	snprintf(stamp + length, STAMP_BYTES - length, ".%03d",
		(int)(now_ns / (int64_t)NS_PER_MS % 1000));
}

void pipeline_log(const char *format, ...)
{
	char stamp[STAMP_BYTES];
	FILE *file = json_output_is_on() ? stderr : stdout;
	va_list arguments;

	stamp_now(gmtime_r, stamp);
	fprintf(file, "%s ", stamp);
	va_start(arguments, format);
	vfprintf(file, format, arguments);
	va_end(arguments);
	fputc('\n', file);
	fflush(file);
}

void pipeline_log_output(void)
{
	char stamp[STAMP_BYTES];

	stamp_now(localtime_r, stamp);
	pipeline_log("[%s] OUTPUT:", stamp);
}
