/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/control/commands_internal.h"

/* One who waits for a gauge, and then holds the snapshots' readers. */
struct hold_command {
	struct commands *commands;
	struct control_request *request; /* NULL once the gauge has reached the value */
	const struct control_connection *connection;
	struct volume_hold hold;
	struct control_close_hook hook;
	struct list link;
};

static void release(struct hold_command *command)
{
	volume_hold_end(command->commands->volume, &command->hold);
	control_close_hook_cancel(&command->hook);
	list_remove(&command->link);
	if (command->request)
		control_request_refuse(command->request, -ECANCELED,
			"gauge '%s' has not reached the value",
			gauge_at(command->hold.gauge)->name);
	free(command);
}

static void holder_left(struct control_close_hook *hook)
{
	release(CONTAINER_OF(hook, struct hold_command, hook));
}

/* Called in the middle of the request that reached the value: so it only answers. */
static void reached(struct volume_hold *hold)
{
	struct hold_command *command = CONTAINER_OF(hold, struct hold_command, hold);
	struct control_request *request = command->request;

	command->request = NULL;
	control_request_answer(
		request, commands_gauge_reading(command->commands->volume, hold->gauge));
}

void commands_run_hold(struct control_request *request, void *context)
{
	struct commands *commands = context;
	struct volume_hold hold = { .reached = reached };
	struct volume *volume;

	if (!commands_volume(commands, request, &volume) || !commands_gauge(request, &hold.gauge) ||
		!commands_gauge_value(request, hold.gauge, "at_least", &hold.at_least))
		return;

	struct hold_command *command = calloc(1, sizeof *command);

	if (!command) {
		control_request_refuse(request, -ENOMEM, "out of memory");
		return;
	}
	command->commands = commands;
	command->request = request;
	command->connection = request->connection;
	command->hold = hold;
	command->hook.closed = holder_left;
	/* A fault may have held the command up, and nobody may hold who is gone. */
	if (!control_connection_on_close(request->connection, &command->hook)) {
		free(command);
		control_request_refuse(request, -ECANCELED, "whoever asked is gone");
		return;
	}
	list_append(&commands->holds, &command->link);
	volume_hold_begin(volume, &command->hold);
}

/* The first of those to be released on behalf of CONNECTION (NULL: all of them), or NULL. */
static struct hold_command *find_releasable(
	struct commands *commands, const struct control_connection *connection)
{
	list_for_each (link, &commands->holds) {
		struct hold_command *command = CONTAINER_OF(link, struct hold_command, link);

		if (!connection || !command->request || command->connection == connection)
			return command;
	}
	return NULL;
}

static void release_for(struct commands *commands, const struct control_connection *connection)
{
	struct hold_command *command;

	while ((command = find_releasable(commands, connection)))
		release(command);
}

void commands_release_holds(struct commands *commands)
{
	release_for(commands, NULL);
}

void commands_forget_holds(struct commands *commands)
{
	struct list *link;

	while ((link = list_pop(&commands->holds)))
		free(CONTAINER_OF(link, struct hold_command, link));
}

/* Whoever says so: readers go on.  Those of another connection who still wait, wait on. */
void commands_run_resume(struct control_request *request, void *context)
{
	struct volume *volume;

	if (!commands_volume(context, request, &volume))
		return;
	release_for(context, request->connection);
	control_request_answer(request, NULL);
}
