/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds bytes to the control socket's reader, in pieces whose sizes depend on the input: every
 * line must be read as a request or as an answer.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/control/connection_lines.h"
#include "simfs/control/server_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const arguments[] = { "name", "limit", NULL };

static const struct control_command commands[] = {
	{ "ping", NULL, NULL, NULL },
	{ "snapshot.create", NULL, arguments, NULL },
	{ NULL, NULL, NULL, NULL },
};

static void check_answer(char *stolen, json_t *id)
{
	AUTO(auto_free) char *line = stolen;

	MUST(line);
	MUST(strchr(line, '\n') == line + strlen(line) - 1);

	json_t *answer = json_loads(line, 0, NULL);

	MUST(json_equal(json_object_get(answer, "id"), id));
	json_decref(answer);
}

static void handle_line(const char *line, size_t length)
{
	const struct control_command *command;
	json_t *parsed = NULL;
	json_t *id;
	char message[256];
	int result = server_request_parse(
		line, length, commands, &id, &command, &parsed, message, sizeof message);

	if (result < 0) {
		check_answer(server_request_failure(id, result, message), id);
	} else {
		MUST(command && json_is_object(parsed));
		check_answer(server_request_success(id, parsed), id);
	}
	json_decref(id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct connection_lines *lines = malloc(sizeof *lines);
	int result = -EAGAIN;

	MUST(lines);
	connection_lines_init(lines);
	while (size > 0 && result == -EAGAIN) {
		size_t room_length, length;
		char *room = connection_lines_room(lines, &room_length);
		size_t piece = 1 + (size_t)data[0] * 16;
		const char *line;

		piece = piece < room_length ? piece : room_length;
		piece = piece < size ? piece : size;
		memcpy(room, data, piece);
		data += piece;
		size -= piece;
		connection_lines_added(lines, piece);
		while ((result = connection_lines_take(lines, &line, &length)) == 0)
			handle_line(line, length);
	}
	MUST(result == -EAGAIN || result == -EMSGSIZE);
	free(lines);
	return 0;
}
