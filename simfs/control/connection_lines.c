/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/control/connection_lines.h"

#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"

void connection_lines_init(struct connection_lines *lines)
{
	lines->start = lines->end = 0;
}

char *connection_lines_room(struct connection_lines *lines, size_t *ret_length)
{
	memmove(lines->bytes, lines->bytes + lines->start, lines->end - lines->start);
	lines->end -= lines->start;
	lines->start = 0;
	MUST(lines->end < sizeof lines->bytes);
	*ret_length = sizeof lines->bytes - lines->end;
	return lines->bytes + lines->end;
}

void connection_lines_added(struct connection_lines *lines, size_t length)
{
	MUST(length <= sizeof lines->bytes - lines->end);
	lines->end += length;
}

int connection_lines_take(struct connection_lines *lines, const char **ret_line, size_t *ret_length)
{
	const char *line = lines->bytes + lines->start;
	size_t waiting = lines->end - lines->start;
	const char *newline = memchr(line, '\n', waiting);

	if (!newline)
		return waiting > PROTOCOL_LINE_MAX_BYTES ? -EMSGSIZE : -EAGAIN;

	*ret_line = line;
	*ret_length = (size_t)(newline - line);
	lines->start += *ret_length + 1;
	return 0;
}
