/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/daemon_taking.h"

#include <errno.h>
#include <sys/file.h>
#include <unistd.h>

#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/blockio/file.h"

#define TRIES	 20
#define PAUSE_US 50000

int taking_image(struct ring *ring, const char *path, struct blockio **ret)
{
	int error = -EBUSY;

	for (int i = 0; i < TRIES && error == -EBUSY; i++) {
		if (i > 0)
			usleep(PAUSE_US);
		error = file_blockio_open_image(ring, path, ret);
	}
	if (error == 0)
		return EXIT_MET;
	if (error == -EBUSY)
		log_error("image '%s' is mounted by another rig, or is a device in use", path);
	else if (error == -EINVAL)
		log_error("image '%s' is neither a regular file nor a block device", path);
	else
		log_error_code(error, "cannot open image '%s'", path);
	return error == -EBUSY || error == -EIO || error == -ENOMEM ? EXIT_RIG : EXIT_USAGE;
}

int taking_folder(int folder_fd, const char *path)
{
	int error = -EWOULDBLOCK;

	for (int i = 0; i < TRIES && error == -EWOULDBLOCK; i++) {
		if (i > 0)
			usleep(PAUSE_US);
		error = flock(folder_fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
	}
	if (error == -EWOULDBLOCK)
		log_error("state folder '%s' is in use by another rig", path);
	else if (error < 0)
		log_error_code(error, "cannot lock state folder '%s'", path);
	return error == 0 ? EXIT_MET : EXIT_RIG;
}

int taking_socket(
	struct ring *ring, int folder_fd, struct commands *commands, struct control_server **ret)
{
	int error = -EADDRINUSE;

	for (int i = 0; i < TRIES && error == -EADDRINUSE; i++) {
		if (i > 0)
			usleep(PAUSE_US);
		error = control_server_create(ring, folder_fd, commands_table, commands, ret);
	}
	return error;
}
