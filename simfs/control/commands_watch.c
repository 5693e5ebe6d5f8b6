/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/control/commands_internal.h"

/* One who waits for a snapshot of somebody else, and then holds live writes. */
struct watch_command {
	struct control_request *request; /* NULL once the snapshot is there */
	char name[VOLUME_SNAPSHOT_NAME_MAX + 1];
	struct volume_watch watch;
	struct control_close_hook hook;
	struct list link;
};

static void release(struct watch_command *command)
{
	volume_watch_end(&command->watch);
	control_close_hook_cancel(&command->hook);
	list_remove(&command->link);
	if (command->request)
		control_request_refuse(
			command->request, -ECANCELED, "no snapshot '%s' was taken", command->name);
	free(command);
}

static void watcher_left(struct control_close_hook *hook)
{
	release(CONTAINER_OF(hook, struct watch_command, hook));
}

/* Called in the middle of the making of the snapshot: so it only answers. */
static void taken(struct volume_watch *watch)
{
	struct watch_command *command = CONTAINER_OF(watch, struct watch_command, watch);
	struct control_request *request = command->request;

	command->request = NULL;
	control_request_answer(request, json_pack("{s:s}", "name", command->name));
}

void commands_run_snapshot_watch(struct control_request *request, void *context)
{
	struct commands *commands = context;
	struct volume *volume;
	const char *name;

	if (!commands_volume(commands, request, &volume) || !commands_text(request, "name", &name))
		return;
	if (snapshot_name_check(name) < 0) {
		control_request_refuse(request, -EINVAL, "'%s' cannot name a snapshot", name);
		return;
	}

	struct watch_command *command = calloc(1, sizeof *command);

	if (!command) {
		control_request_refuse(request, -ENOMEM, "out of memory");
		return;
	}
	command->request = request;
	snprintf(command->name, sizeof command->name, "%s", name);
	command->watch = (struct volume_watch){ .name = command->name, .taken = taken };
	command->hook.closed = watcher_left;
	/* Nobody may hold writes who could not be seen to leave. */
	if (!control_connection_on_close(request->connection, &command->hook)) {
		free(command);
		control_request_refuse(request, -ECANCELED, "whoever asked is gone");
		return;
	}
	list_append(&commands->watches, &command->link);
	volume_watch_begin(volume, &command->watch);
}

static struct watch_command *find_releasable(struct commands *commands, bool waiting)
{
	list_for_each (link, &commands->watches) {
		struct watch_command *command = CONTAINER_OF(link, struct watch_command, link);

		if (waiting || !command->request)
			return command;
	}
	return NULL;
}

void commands_release_watches(struct commands *commands, bool waiting)
{
	struct watch_command *command;

	while ((command = find_releasable(commands, waiting)))
		release(command);
}

void commands_forget_watches(struct commands *commands)
{
	struct list *link;

	while ((link = list_pop(&commands->watches)))
		free(CONTAINER_OF(link, struct watch_command, link));
}
