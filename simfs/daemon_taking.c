/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/daemon_taking.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/exit_code.h"
#include "simfs/base/lock_holder.h"
#include "simfs/base/log.h"
#include "simfs/base/mount_survey.h"
#include "simfs/blockio/file.h"

#define PAUSE_US 50000
/* For a rig that is ending, and for one that was killed, whose last I/O a busy disk delays. */
#define TRIES_OF_THE_LIVING 20
#define TRIES_OF_THE_DYING  600

/* Whether to retry, after a pause, for the FILE at PATH, which another process has locked. */
static bool asks_again(int tries, const struct stat *file, const char *path)
{
	if (tries >= TRIES_OF_THE_LIVING) {
		enum lock_holder holder = lock_holder_of(file);

		/* A mounted device is busy without any lock. */
		if (tries >= TRIES_OF_THE_DYING || holder == LOCK_HOLDER_LIVES ||
			(holder == LOCK_HOLDER_UNSEEN && S_ISBLK(file->st_mode)))
			return false;
		if (tries == TRIES_OF_THE_LIVING)
			log_info("waiting for a killed rig to let go of '%s'", path);
	}
	usleep(PAUSE_US);
	return true;
}

static void report_taken(const char *path)
{
	const char *mounted_on = NULL;
	struct mount_survey survey;

	mount_survey_find("fuse.snaprig", &survey);
	for (size_t at = 0; at < survey.count && !mounted_on; at++)
		if (strcmp(survey.places[at].source, path) == 0)
			mounted_on = survey.places[at].path;
	if (mounted_on)
		log_error("image '%s' is mounted by another rig, on '%s' ('snaprig umount %s' ends "
			  "it)",
			path, mounted_on, mounted_on);
	else
		log_error("image '%s' is mounted by another rig, or is a device in use", path);
	mount_survey_deinit(&survey);
}

int taking_image(struct ring *ring, const char *path, struct blockio **ret)
{
	int error = file_blockio_open_image(ring, path, ret);
	struct stat file;

	for (int tries = 0; error == -EBUSY && stat(path, &file) == 0; tries++) {
		if (!asks_again(tries, &file, path))
			break;
		error = file_blockio_open_image(ring, path, ret);
	}
	if (error == 0)
		return EXIT_MET;
	if (error == -EBUSY)
		report_taken(path);
	else if (error == -EINVAL)
		log_error("image '%s' is neither a regular file nor a block device", path);
	else
		log_error_code(error, "cannot open image '%s'", path);
	return error == -EBUSY || error == -EIO || error == -ENOMEM ? EXIT_RIG : EXIT_USAGE;
}

static int try_folder(int folder_fd)
{
	return flock(folder_fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

int taking_folder(int folder_fd, const char *path)
{
	int error = try_folder(folder_fd);
	struct stat file;

	for (int tries = 0; error == -EWOULDBLOCK && fstat(folder_fd, &file) == 0; tries++) {
		if (!asks_again(tries, &file, path))
			break;
		error = try_folder(folder_fd);
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

	/* The folder is locked, so no live rig listens there. */
	for (int i = 0; i < TRIES_OF_THE_DYING && error == -EADDRINUSE; i++) {
		if (i > 0)
			usleep(PAUSE_US);
		error = control_server_create(ring, folder_fd, commands_table, commands, ret);
	}
	return error;
}
