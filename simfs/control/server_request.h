/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_request.h - one line of the wire becomes a request, one answer a line.
 *
 * Knows neither sockets nor connections.
 */
#ifndef SNAPRIG_CONTROL_SERVER_REQUEST_H
#define SNAPRIG_CONTROL_SERVER_REQUEST_H

#include <stddef.h>

#include "simfs/control/server.h"

/*
 * Reads LINE.  *RET_ID is always set (the caller's): the id that was sent,
 * else null.  Returns 0 with the command and the arguments (the caller's), or
 * -errno with what to say to the peer in MESSAGE.
 */
int server_request_parse(const char *line, size_t length, const struct control_command *commands,
	json_t **ret_id, const struct control_command **ret_command, json_t **ret_arguments,
	char *message, size_t message_size);

/* The answer that ID's request succeeded, as a line (the caller's) with its end; RESULT is
 * stolen.  NULL when memory ran out. */
char *server_request_success(json_t *id, json_t *result);

/* The same for a failure with ERROR (-errno). */
char *server_request_failure(json_t *id, int error, const char *message);

#endif
