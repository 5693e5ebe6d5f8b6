/* SPDX-License-Identifier: Apache-2.0 */
/* commands_model_datto.c - dattobd's ioctls, overlapping other commands. */
#include "simfs/volume/datto/datto.h"
#include "tests/model/commands_model_internal.h"

static void ioctl_done(struct datto_command *datto, int result)
{
	model_end(CONTAINER_OF(datto, struct model_command, datto), result);
}

void model_datto_begin(struct model_command *command)
{
	command->datto.block_device = model_engine.volume_options.live_path;
	command->datto.cow_path = "/mnt/.datto";
	command->datto.expand_bytes = MODEL_BLOCK;
	command->datto.done = ioctl_done;
	volume_datto_ioctl(model_engine.volume, &command->datto);
}

static void start_datto(struct model_command *command, enum datto_ioctl ioctl)
{
	command->datto.ioctl = ioctl;
	model_datto_begin(command);
}

void model_datto_to_incremental(struct model_command *command)
{
	start_datto(command, DATTO_TO_INCREMENTAL);
}

void model_datto_to_snapshot(struct model_command *command)
{
	start_datto(command, DATTO_TO_SNAPSHOT);
}

void model_datto_expand(struct model_command *command)
{
	start_datto(command, DATTO_EXPAND);
}

void model_datto_destroy(struct model_command *command)
{
	start_datto(command, DATTO_DESTROY);
}

void model_datto_unmount(struct model_command *command)
{
	model_traces_no_more();
	start_datto(command, DATTO_UNMOUNT);
}

void model_datto_mount(struct model_command *command)
{
	start_datto(command, DATTO_MOUNT);
}
