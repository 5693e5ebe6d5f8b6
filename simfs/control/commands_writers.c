/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/base/suggest.h"
#include "simfs/control/commands_internal.h"

/* ---- the writers ---- */

void commands_run_writers_add(struct control_request *request, void *context)
{
	char message[WRITER_MESSAGE_BYTES];
	struct volume *volume;
	const char *writer;

	if (!commands_volume(context, request, &volume) ||
		!commands_text(request, "writer", &writer))
		return;

	int error = volume_writer_add(volume, writer, message);

	if (error < 0)
		control_request_refuse(request, error, "cannot add the writer: %s", message);
	else
		control_request_answer(request, NULL);
}

/* Answers with the RESULT of an action on writer NAME. */
static void answer_named(
	struct control_request *request, struct volume *volume, const char *name, int result)
{
	switch (result) {
	case 0:
		control_request_answer(request, NULL);
		break;
	case -ENOENT:
		commands_refuse_writer(request, volume, name);
		break;
	case -EBUSY:
		control_request_refuse(
			request, result, "writer '%s' is busy with a snapshot", name);
		break;
	default:
		control_request_refuse(request, result,
			"writer '%s' is not simulated (kill its process instead)", name);
	}
}

static void run_named(struct control_request *request, void *context,
	int (*act)(struct volume *volume, const char *name))
{
	struct volume *volume;
	const char *name;

	if (commands_volume(context, request, &volume) && commands_text(request, "name", &name))
		answer_named(request, volume, name, act(volume, name));
}

void commands_run_writers_remove(struct control_request *request, void *context)
{
	run_named(request, context, volume_writer_remove);
}

void commands_run_writers_kill(struct control_request *request, void *context)
{
	run_named(request, context, volume_writer_kill);
}

void commands_run_writers_list(struct control_request *request, void *context)
{
	struct volume *volume;

	if (!commands_volume(context, request, &volume))
		return;

	json_t *answer = volume_writers_json(volume);
	char *text = volume_writers_text(volume);

	json_object_set_new(answer, "text", text ? json_string(text) : NULL);
	free(text);
	if (answer)
		control_request_answer(request, answer);
	else
		control_request_refuse(request, -ENOMEM, "out of memory");
}

/* ---- what the requester sends to writers ---- */

struct told_command {
	struct control_request *request;
	struct writers_command command;
};

static void told(struct writers_command *command, int result, const char *why)
{
	struct told_command *told = CONTAINER_OF(command, struct told_command, command);

	if (result < 0)
		control_request_refuse(told->request, result, "cannot %s: %s",
			strcmp(told->request->command->name, "writers.freeze") == 0
				? "freeze the writers"
			: strcmp(told->request->command->name, "writers.thaw") == 0
				? "thaw the writers"
				: "tell the writers",
			why ? why : error_text(result));
	else
		control_request_answer(told->request, NULL);
	free(told);
}

/* Returns NULL if REQUEST was answered. */
static struct writers_command *tell(struct control_request *request)
{
	struct told_command *told_command = calloc(1, sizeof *told_command);

	if (!told_command) {
		control_request_refuse(request, -ENOMEM, "out of memory");
		return NULL;
	}
	told_command->request = request;
	told_command->command.done = told;
	return &told_command->command;
}

void commands_run_writers_freeze(struct control_request *request, void *context)
{
	struct writers_command *command;
	struct volume *volume;

	if (commands_volume(context, request, &volume) && (command = tell(request)))
		volume_writers_freeze(volume, command);
}

void commands_run_writers_thaw(struct control_request *request, void *context)
{
	struct writers_command *command;
	struct volume *volume;

	if (commands_volume(context, request, &volume) && (command = tell(request)))
		volume_writers_thaw(volume, command);
}

void commands_run_writers_notify(struct control_request *request, void *context)
{
	const char *names[WRITER_ABORT + 1];
	struct writers_command *command;
	struct volume *volume;
	char hint[SUGGEST_HINT_BYTES];
	const char *event;
	size_t notice = 0;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "event", &event))
		return;
	for (size_t i = 0; i <= WRITER_ABORT; i++)
		names[i] = writer_notice_name(i);
	while (notice <= WRITER_ABORT && strcmp(names[notice], event) != 0)
		notice++;
	if (notice > WRITER_ABORT)
		control_request_refuse(request, -EINVAL, "unknown event '%s' (%s)", event,
			suggest_hint(event, names, WRITER_ABORT + 1,
				"see 'snaprig writers notify --help'", hint));
	else if ((command = tell(request)))
		volume_writers_notify(volume, (enum writer_notice)notice, command);
}
