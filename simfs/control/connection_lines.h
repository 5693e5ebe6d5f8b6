/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connection_lines.h - bytes come in, whole lines go out, nothing grows.
 */
#ifndef SNAPRIG_CONTROL_CONNECTION_LINES_H
#define SNAPRIG_CONTROL_CONNECTION_LINES_H

#include <stddef.h>

#include "simfs/control/protocol.h"

struct connection_lines {
	/* What is between START and END came in and is not taken yet. */
	size_t start;
	size_t end;
	char bytes[PROTOCOL_LINE_MAX_BYTES + 1];
};

void connection_lines_init(struct connection_lines *lines);

/* Where the next bytes belong, and in *RET_LENGTH how many there is room for: at least one,
 * provided connection_lines_take() was called until it gave -EAGAIN. */
char *connection_lines_room(struct connection_lines *lines, size_t *ret_length);

/* LENGTH bytes were put into the room. */
void connection_lines_added(struct connection_lines *lines, size_t length);

/*
 * The next line, without its end, in place until connection_lines_room() is
 * called.  Returns 0, -EAGAIN when no whole line is there, or -EMSGSIZE when the
 * line under way is longer than PROTOCOL_LINE_MAX_BYTES.
 */
int connection_lines_take(
	struct connection_lines *lines, const char **ret_line, size_t *ret_length);

#endif
