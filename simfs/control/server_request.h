/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_request.h - turns a line into a request, and an answer into a line.
 *
 * Knows neither sockets nor connections.
 */
#ifndef SNAPRIG_CONTROL_SERVER_REQUEST_H
#define SNAPRIG_CONTROL_SERVER_REQUEST_H

#include <stddef.h>

#include "simfs/control/server.h"

/*
 * Parses LINE.  Always sets *RET_ID to the id that was sent, or else to null.  Returns 0 with the
 * command and the arguments, or -errno with a text for the peer in MESSAGE.  The caller frees the
 * id and the arguments.
 */
int server_request_parse(const char *line, size_t length, const struct control_command *commands,
	json_t **ret_id, const struct control_command **ret_command, json_t **ret_arguments,
	char *message, size_t message_size);

/*
 * The line, with its newline, that answers request ID with success; the caller frees it.  RESULT is
 * stolen.  Returns NULL if memory ran out.
 */
char *server_request_success(json_t *id, json_t *result);

/* The same for a failure with ERROR (-errno). */
char *server_request_failure(json_t *id, int error, const char *message);

#endif
