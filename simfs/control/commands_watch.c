/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/control/commands_internal.h"

/* Waits for another client's snapshot, and then holds live writes. */
struct watch_command {
	struct control_lease lease; /* first */
	char name[VOLUME_SNAPSHOT_NAME_MAX + 1];
	struct volume_watch watch;
};

static void let_go(struct control_lease *lease)
{
	struct watch_command *command = CONTAINER_OF(lease, struct watch_command, lease);

	volume_watch_end(&command->watch);
	if (lease->request)
		control_request_refuse(
			lease->request, -ECANCELED, "no snapshot '%s' was taken", command->name);
	free(command);
}

/* Called while the snapshot is being made, so it only answers. */
static void taken(struct volume_watch *watch)
{
	struct watch_command *command = CONTAINER_OF(watch, struct watch_command, watch);
	struct control_request *request = command->lease.request;

	command->lease.request = NULL;
	control_request_answer(request, json_pack("{s:s}", "name", command->name));
}

void commands_run_snapshot_watch(struct control_request *request, void *context)
{
	struct commands *commands = context;
	struct watch_command *command;
	struct control_lease *lease;
	struct volume *volume;
	const char *name;

	if (!commands_volume(commands, request, &volume) || !commands_text(request, "name", &name))
		return;
	if (snapshot_name_check(name) < 0) {
		control_request_refuse(request, -EINVAL, "'%s' cannot name a snapshot", name);
		return;
	}
	lease = commands_lease(request, sizeof *command, let_go, &commands->write_leases);
	if (!lease)
		return;
	command = CONTAINER_OF(lease, struct watch_command, lease);
	snprintf(command->name, sizeof command->name, "%s", name);
	command->watch = (struct volume_watch){ .name = command->name, .taken = taken };
	volume_watch_begin(volume, &command->watch);
}
