/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_log.h - lines of text kept in memory, up to a limit.
 *
 * This is what .snaprig/kernel.log shows.  Readers address it by offset, so nothing is ever removed
 * from the front: at the limit, one last line says that the log is full, and later lines are only
 * counted.
 */
#ifndef SNAPRIG_BASE_TEXT_LOG_H
#define SNAPRIG_BASE_TEXT_LOG_H

#include <stddef.h>
#include <stdint.h>

#define TEXT_LOG_MAX_BYTES (4u << 20)

struct text_log {
	char *text; /* `length` bytes, not terminated */
	size_t length;
	size_t room;
	uint64_t lines_dropped;
};

/* Appends a line and a newline.  If memory runs out, the line is counted as dropped. */
__attribute__((format(printf, 2, 3))) void text_log_line(
	struct text_log *log, const char *format, ...);

void text_log_deinit(struct text_log *log);

#endif
