/* SPDX-License-Identifier: Apache-2.0 */
/* mount.c - mounts and unmounts of the file system on a volume, as dattobd sees them (datto.h). */
#include <errno.h>

#include "simfs/volume/core.h"
#include "simfs/volume/datto/datto.h"
#include "simfs/volume/datto/device.h"
#include "simfs/volume/life.h"

/* A reload never finds a file: see datto.h. */
static void verify(struct volume *volume)
{
	if (!volume->datto->unverified.exists)
		return;
	text_log_line(
		&volume->kernel_log, "datto: error during cow manager initialization: %d", -ENOENT);
	text_log_line(&volume->kernel_log,
		"datto: error transitioning snapshot tracer to active state: %d", -ENOENT);
	volume->datto->unverified.error = -ENOENT;
}

static void mount_drained(struct volume_barrier *barrier)
{
	struct datto_command *command = CONTAINER_OF(barrier, struct datto_command, barrier);
	struct volume *volume = command->volume;
	struct snapshot *snapshot = datto_traced(volume);

	volume->datto->is_unmounted = command->ioctl == DATTO_UNMOUNT;
	if (!volume->datto->is_unmounted)
		verify(volume);
	else if (snapshot)
		volume->datto->dormant_id = snapshot->id;
	if (volume->datto->is_unmounted && snapshot)
		snapshot_changed(snapshot);
	volume_barrier_end(volume, barrier);
	datto_command_end(command, 0);
}

int datto_mount_or_unmount(struct datto_command *command)
{
	if (command->volume->datto->is_unmounted == (command->ioctl == DATTO_UNMOUNT))
		return -EINVAL;
	command->barrier.drained = mount_drained;
	volume_barrier_begin(command->volume, &command->barrier);
	return 0;
}
