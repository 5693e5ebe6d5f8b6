/* SPDX-License-Identifier: Apache-2.0 */
/* commands_model_lvm.c - device-mapper's changes of a snapshot, overlapping other commands. */
#include <errno.h>

#include "simfs/volume/lvm/lvm.h"
#include "tests/model/commands_model_internal.h"

static void changed(struct lvm_change *change, int result)
{
	struct model_command *command = CONTAINER_OF(change, struct model_command, change);

	if (result == 0 && change->kind == LVM_RENAME)
		model_renamed(command->name, "c");
	model_end(command, result);
}

static void start(struct model_command *command, enum lvm_change_kind kind)
{
	struct snapshot *snapshot = volume_snapshot_find(model_engine.volume, "c");

	if (!snapshot) {
		model_end(command, -ENOENT);
		return;
	}
	command->change = (struct lvm_change){
		.kind = kind,
		.to = command->name,
		.limit = { .bytes = 4u << 20 },
		.done = changed,
	};
	volume_lvm_change(model_engine.volume, snapshot, &command->change);
}

/* Later writes may change it. */
void model_lvm_detach(struct model_command *command)
{
	model_follows_live("c");
	start(command, LVM_DETACH);
}

void model_lvm_attach(struct model_command *command)
{
	start(command, LVM_ATTACH);
}

void model_lvm_rename(struct model_command *command)
{
	start(command, LVM_RENAME);
}

void model_lvm_limit(struct model_command *command)
{
	start(command, LVM_LIMIT);
}
