/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/control/server_request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"

static const struct control_command *find_command(
	const struct control_command *commands, const char *name)
{
	for (const struct control_command *command = commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

static bool argument_known(const struct control_command *command, const char *name)
{
	if (strcmp(name, "id") == 0 || strcmp(name, "command") == 0)
		return true;
	for (const char *const *known = command->arguments; known && *known; known++)
		if (strcmp(*known, name) == 0)
			return true;
	return false;
}

/* The first key of REQUEST that COMMAND does not know, or NULL. */
static const char *unknown_argument(const struct control_command *command, json_t *request)
{
	const char *name;
	json_t *value;

	json_object_foreach(request, name, value) if (!argument_known(command, name)) return name;
	return NULL;
}

int server_request_parse(const char *line, size_t length, const struct control_command *commands,
	json_t **ret_id, const struct control_command **ret_command, json_t **ret_arguments,
	char *message, size_t message_size)
{
	json_error_t error;
	json_t *request = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);

	if (!json_is_object(request)) {
		snprintf(message, message_size, "cannot read the request: %s",
			request ? "it is not a JSON object" : error.text);
		json_decref(request);
		*ret_id = json_null();
		return -EINVAL;
	}

	json_t *id = json_object_get(request, "id");
	const char *name = json_string_value(json_object_get(request, "command"));
	const struct control_command *command = name ? find_command(commands, name) : NULL;
	const char *unknown = command ? unknown_argument(command, request) : NULL;
	int result = 0;

	*ret_id = id ? json_incref(id) : json_null();
	if (!name) {
		snprintf(message, message_size, "the request has no command");
		result = -EINVAL;
	} else if (!command) {
		snprintf(message, message_size, "unknown command '%s'", name);
		result = -EOPNOTSUPP;
	} else if (unknown) {
		snprintf(message, message_size, "unknown argument '%s' of '%s'", unknown, name);
		result = -EINVAL;
	}

	if (result < 0) {
		json_decref(request);
		return result;
	}
	*ret_command = command;
	*ret_arguments = request;
	return 0;
}

/* DOCUMENT (stolen) on one line, or NULL. */
static char *as_line(json_t *document)
{
	size_t flags = JSON_COMPACT;
	size_t length = json_dumpb(document, NULL, 0, flags);
	char *line = length > 0 ? malloc(length + 2) : NULL;

	if (line && json_dumpb(document, line, length, flags) == length) {
		line[length] = '\n';
		line[length + 1] = '\0';
	} else {
		free(TAKE_PTR(line));
	}
	json_decref(document);
	return line;
}

/* TEXT as JSON, even if it is not UTF-8 (a cut message, a file name in another encoding). */
static json_t *text_value(const char *text)
{
	json_t *value = json_string(text);

	if (value)
		return value;

	AUTO(auto_free) char *ascii = strdup(text);

	for (char *at = ascii; at && *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	return ascii ? json_string(ascii) : NULL;
}

char *server_request_success(json_t *id, json_t *result)
{
	json_t *answer = json_pack(
		"{s:O, s:b, s:o}", "id", id, "ok", 1, "result", result ? result : json_object());

	return answer ? as_line(answer) : NULL;
}

char *server_request_failure(json_t *id, int error, const char *message)
{
	json_t *answer = json_pack("{s:O, s:b, s:s, s:o}", "id", id, "ok", 0, "error",
		error_name(error), "message", text_value(message));

	return answer ? as_line(answer) : NULL;
}
