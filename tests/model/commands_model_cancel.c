/* SPDX-License-Identifier: Apache-2.0 */
/* commands_model_cancel.c - requesters that cancel their commands. */
#include "simfs/volume/snapshot_cancel.h"
#include "tests/model/commands_model_internal.h"

void model_cancel(struct model_command *command)
{
	if (command->has_ended)
		return;
	if (command->create.done)
		volume_snapshot_cancel(&command->create);
	else if (command->delete.done)
		volume_snapshot_delete_cancel(&command->delete);
	else if (command->open.done && !command->opened)
		volume_snapshot_open_cancel(&command->open);
}
