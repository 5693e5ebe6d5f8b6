/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/control/commands_internal.h"

/* Waits for a gauge, and then holds reads of snapshots. */
struct hold_command {
	struct control_lease lease; /* first */
	struct commands *commands;
	struct volume_read_hold hold;
};

static void let_go(struct control_lease *lease)
{
	struct hold_command *command = CONTAINER_OF(lease, struct hold_command, lease);

	volume_read_hold_end(command->commands->volume, &command->hold);
	if (lease->request)
		control_request_refuse(lease->request, -ECANCELED,
			"gauge '%s' has not reached the value",
			gauge_at(command->hold.gauge)->name);
	free(command);
}

/* Called in the middle of the request that reached the value, so it only answers. */
static void reached(struct volume_read_hold *hold)
{
	struct hold_command *command = CONTAINER_OF(hold, struct hold_command, hold);
	struct control_request *request = command->lease.request;

	command->lease.request = NULL;
	control_request_answer(
		request, commands_gauge_reading(command->commands->volume, hold->gauge));
}

void commands_run_hold(struct control_request *request, void *context)
{
	struct commands *commands = context;
	struct volume_read_hold hold = { .reached = reached };
	struct control_lease *lease;
	struct hold_command *command;
	struct volume *volume;

	if (!commands_volume(commands, request, &volume) || !commands_gauge(request, &hold.gauge) ||
		!commands_gauge_value(request, hold.gauge, "at_least", &hold.at_least))
		return;
	lease = commands_lease(request, sizeof *command, let_go, &commands->read_leases);
	if (!lease)
		return;
	command = CONTAINER_OF(lease, struct hold_command, lease);
	command->commands = commands;
	command->hold = hold;
	volume_read_hold_begin(volume, &command->hold);
}

/*
 * Whichever connection sends it, held reads go on.  Holds of other connections that still wait keep
 * waiting.
 */
void commands_run_resume(struct control_request *request, void *context)
{
	struct commands *commands = context;
	struct volume *volume;

	if (!commands_volume(commands, request, &volume))
		return;
	control_leases_let_go(&commands->read_leases, false, request->connection);
	control_request_answer(request, NULL);
}
