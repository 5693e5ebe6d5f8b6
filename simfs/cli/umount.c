/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/mount_table.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/meant.h"
#include "simfs/cli/users.h"

#define END_TIMEOUT_NS (60 * NS_PER_S)

/* How long to wait for a rig that reports to be mounted elsewhere. */
#define LOOK_AFTER_NS (2 * NS_PER_S)

/* How long callers that hung on a fault may take to close their files. */
#define RELEASE_TRIES	 100
#define RELEASE_PAUSE_US 20000

/* How long an unseen user may keep the mount busy. */
#define UNSEEN_TRIES	20
#define UNSEEN_PAUSE_US 100000

extern char **environ;

struct values {
	bool json;
};

/*
 * The absolute path of MOUNT_POINT, even if it is a dead mount.  Returns NULL on failure; the
 * caller frees it.
 */
static char *absolute_path(const char *mount_point)
{
	char *whole = realpath(mount_point, NULL);

	if (whole)
		return whole;

	/* A dead mount cannot be accessed, but its parent folder can. */
	AUTO(auto_free) char *folder_copy = strdup(mount_point);
	AUTO(auto_free) char *name_copy = strdup(mount_point);
	AUTO(auto_free) char *folder = folder_copy ? realpath(dirname(folder_copy), NULL) : NULL;

	if (!folder || !name_copy || asprintf(&whole, "%s/%s", folder, basename(name_copy)) < 0)
		return NULL;
	return whole;
}

/*
 * Runs fusermount3, which ordinary users need.  Returns 0 on success, -EBUSY if it says so, -EIO
 * after printing any other message of it, or -errno.
 */
static int run_fusermount(const char *path)
{
	char *argv[] = { (char[]){ "fusermount3" }, (char[]){ "-u" }, (char[]){ "--" },
		strdup(path), NULL };
	AUTO(auto_free) char *copy = argv[3];
	char said[1024] = "";
	int ends[2], status = 0;
	pid_t child;

	if (!copy)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;

	posix_spawn_file_actions_t actions;

	/* Its message that the mount is in use is replaced by ours, which names the users. */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);

	int error = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);

	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (error == 0) {
		size_t length = 0;
		ssize_t got;

		while ((got = read(ends[0], said + length, sizeof said - 1 - length)) > 0)
			length += (size_t)got;
		said[length] = '\0';
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	if (error != 0)
		return -error;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (strstr(said, error_text(-EBUSY)))
		return -EBUSY;
	said[strcspn(said, "\n")] = '\0';
	log_error("%s%s", said[0] ? said : "fusermount3: failed without a word",
		strstr(said, "/etc/mtab") ? " (ln -s /proc/self/mounts /etc/mtab)" : "");
	return -EIO;
}

static int unmount_once(const char *path)
{
	if (umount2(path, UMOUNT_NOFOLLOW) == 0)
		return 0;
	return errno == EPERM ? run_fusermount(path) : -errno;
}

/* A user that cannot be seen may only be resolving a path through the mount, which is soon over. */
static int unmount(const char *path)
{
	int error = unmount_once(path);
	char users[256];

	for (unsigned i = 0; error == -EBUSY && i < UNSEEN_TRIES; i++) {
		cli_users_find(path, users, sizeof users);
		if (users[0])
			break;
		usleep(UNSEEN_PAUSE_US);
		error = unmount_once(path);
	}
	return error;
}

static int report_unmount(const char *mount_point, const char *path, int error)
{
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);
	struct mount_holders holders;
	char users[1024];

	if (error == -EBUSY) {
		cli_users_find(path, users, sizeof users);
		/* A namespace that receives this one's mounts can hold it as well. */
		if (!*users && entry && mount_table_find(MOUNT_TABLE_SELF, path, entry) == 0) {
			mount_holders_find(entry->device, &holders);
			mount_holders_text(&holders, users, sizeof users);
		}
		log_error_of(error, "cannot unmount '%s': in use%s%s", mount_point,
			users[0] ? " by " : "", users);
	} else if (error == -ENOENT) {
		log_error_of(error, "cannot unmount '%s': fusermount3 is missing (package fuse3)",
			mount_point);
	} else if (error == -EIO) {
		log_error("cannot unmount '%s'", mount_point);
	} else {
		log_error_code(error, "cannot unmount '%s'", mount_point);
	}
	return EXIT_RIG;
}

static int remove_stale_mount(const char *mount_point, const char *path)
{
	int error = unmount(path);

	if (error < 0)
		return report_unmount(mount_point, path, error);
	log_info("removed the mount '%s' of a rig that had died", mount_point);
	return EXIT_MET;
}

/* Releases callers that hang on faults.  Returns how many. */
static json_int_t let_go(struct control_client *client)
{
	json_t *answer = NULL;
	json_int_t count = 0;

	if (control_client_call(client, "fault.release", NULL, END_TIMEOUT_NS, &answer) == 0)
		count = json_integer_value(json_object_get(answer, "released"));
	json_decref(answer);
	return count;
}

/* A caller that hangs keeps the mount busy, so it is released; it may hang again before it ends. */
static int unmount_hanging(const char *path, struct control_client *client)
{
	int error = unmount(path);
	bool somebody_hung = false;

	for (unsigned i = 0; error == -EBUSY && i < RELEASE_TRIES; i++) {
		somebody_hung |= let_go(client) > 0;
		if (!somebody_hung)
			break;
		usleep(RELEASE_PAUSE_US);
		error = unmount(path);
	}
	return error;
}

/*
 * Asks the rig to end, which copies in other namespaces, with open files, would otherwise prevent.
 * Returns NULL, or where the rig is still mounted, so that it goes on; the caller frees it.  Only
 * the rig knows this: its device number may belong to another mount by now.
 */
static char *tell_to_end(struct control_client *client)
{
	json_t *answer = NULL, *point = NULL;
	char *where = NULL;

	if (control_client_call(client, "end", NULL, control_client_patience_ns(), &answer) == 0)
		point = json_object_get(answer, "mounted_on");
	if (point)
		where = strdup(json_is_string(point) ? json_string_value(point) : "?");
	json_decref(answer);
	return where;
}

/* Waits for the end of the rig, which is no longer mounted here. */
static int wait_for_end(const char *mount_point, struct control_client *client)
{
	pid_t pid = control_client_pid(client);
	AUTO(auto_free) char *where = tell_to_end(client);
	/* It may be about to be unmounted there. */
	int error = control_client_wait_end(client, where ? LOOK_AFTER_NS : END_TIMEOUT_NS);

	if (error == -ETIMEDOUT && where) {
		free(where);
		where = tell_to_end(client);
		error = where ? -EBUSY : control_client_wait_end(client, END_TIMEOUT_NS);
	}
	if (error == -EBUSY) {
		log_error_of(error,
			"'%s' is unmounted, but its rig goes on: for its process %d, it is also "
			"mounted on '%s'",
			mount_point, (int)pid, where);
		return EXIT_RIG;
	}
	if (error == -ETIMEDOUT) {
		log_error_of(error,
			"'%s' is unmounted, but its rig (process %d) did not end within 60 s",
			mount_point, (int)pid);
		return EXIT_TIMED_OUT;
	}
	if (error < 0) {
		log_error_code(error, "cannot wait for the rig of '%s'", mount_point);
		return EXIT_RIG;
	}
	return EXIT_MET;
}

static int unmount_and_wait(
	const char *mount_point, const char *path, struct control_client *client)
{
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);
	struct mount_holders holders = { .count = 0 };
	char text[1024];
	int error = control_client_call(client, "ping", NULL, control_client_patience_ns(), NULL);

	/* It also makes certain that the process waited for is this rig's. */
	if (error == -ETIMEDOUT)
		return cli_report_call(mount_point, client, error);
	if (!entry)
		return cli_report_call(mount_point, client, -ENOMEM);
	entry->device[0] = '\0';
	if (mount_table_find(MOUNT_TABLE_SELF, path, entry) == 0)
		mount_holders_find(entry->device, &holders);
	error = unmount_hanging(path, client);
	if (error < 0)
		return report_unmount(mount_point, path, error);

	int code = wait_for_end(mount_point, client);

	/* Most of them receive unmounts from this namespace, so the mount is gone there, too. */
	mount_holders_look_again(entry->device, &holders);
	if (code == EXIT_MET && holders.count > 0)
		log_info("'%s' was also mounted in the mount namespace of %s, where it is dead now",
			mount_point, mount_holders_text(&holders, text, sizeof text));
	return code;
}

/* Without the socket: its folder is gone, or nothing listens. */
static int unmount_blindly(const char *mount_point, const char *path)
{
	int error = unmount(path);

	if (error < 0)
		return report_unmount(mount_point, path, error);
	log_info("'%s' is unmounted; its rig could not be told, and ends unseen", mount_point);
	return EXIT_MET;
}

/* *PATH (NULL: MOUNT_POINT was not found) becomes the path that was unmounted. */
static int end_volume(const char *mount_point, char **path)
{
	struct control_client *client = NULL;
	char *mounted_on;

	if (!*path) {
		log_error_code(-errno, "cannot find the mount point '%s'", mount_point);
		return EXIT_USAGE;
	}

	/* Connect first: after the unmount, the socket cannot be found. */
	int error = control_client_connect(*path, &client);

	/* Only files are checked for being an image, because accessing a mount may hang. */
	if (error == -ENOTDIR && (mounted_on = meant_mount_of(*path))) {
		free(*path);
		*path = mounted_on;
		error = control_client_connect(*path, &client);
	}
	if (error == -ENOTCONN || error == -ECONNABORTED)
		return remove_stale_mount(mount_point, *path);
	if (error == -EHOSTDOWN || error == -ECONNREFUSED)
		return unmount_blindly(mount_point, *path);
	if (error < 0)
		return cli_report_connect(mount_point, error);

	int exit_code = unmount_and_wait(mount_point, *path, client);

	control_client_destroy(client);
	return exit_code;
}

static int print(const char *path)
{
	json_t *document = json_pack("{s:o}", "mount_point", json_output_text(path));
	int exit_code = json_output_print(document);

	json_decref(document);
	return exit_code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;

	AUTO(auto_free) char *path = absolute_path(argv[1]);

	exit_code = end_volume(argv[1], &path);
	return exit_code == EXIT_MET && values.json ? print(path) : exit_code;
}

static const struct command_option options[] = {
	{ "json", NULL, "print what was unmounted, as JSON",
		.offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line umount_command = {
	.name = "umount",
	.summary = "unmount a volume, and wait until it is on disk",
	.operands = { ASK_MNT },
	.options = options,
	.about = "Unmounts the volume mounted on MNT, and waits until its rig has written "
		 "everything to\n"
		 "disk and ended.  Snapshots are kept.  Mounts left behind by a killed rig are "
		 "removed,\n"
		 "too.",
	.examples = "  snaprig umount mnt\n",
	.exits = "  0    unmounted\n"
		 "  2    the command line is wrong, or no volume is mounted there\n"
		 "  4    it is in use, or the rig or the machine failed\n"
		 "  124  the rig did not answer, or did not end, in time\n",
	.run = run,
};
