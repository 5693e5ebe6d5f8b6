/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connection_lines.h - splits received bytes into lines, in a buffer that never grows.
 */
#ifndef SNAPRIG_CONTROL_CONNECTION_LINES_H
#define SNAPRIG_CONTROL_CONNECTION_LINES_H

#include <stddef.h>

#include "simfs/control/protocol.h"

struct connection_lines {
	/* The bytes between START and END were received and not taken yet. */
	size_t start;
	size_t end;
	char bytes[PROTOCOL_LINE_MAX_BYTES + 1];
};

void connection_lines_init(struct connection_lines *lines);

/*
 * Where the next bytes go, with the room there in *RET_LENGTH: at least one byte, provided that
 * connection_lines_take() was called until it returned -EAGAIN.
 */
char *connection_lines_room(struct connection_lines *lines, size_t *ret_length);

/* LENGTH bytes were put into the room. */
void connection_lines_added(struct connection_lines *lines, size_t length);

/*
 * The next line without its newline, valid until connection_lines_room() is called.  Returns 0,
 * -EAGAIN if there is no whole line, or -EMSGSIZE if the unfinished line is longer than
 * PROTOCOL_LINE_MAX_BYTES.
 */
int connection_lines_take(
	struct connection_lines *lines, const char **ret_line, size_t *ret_length);

#endif
