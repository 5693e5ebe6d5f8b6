/* SPDX-License-Identifier: Apache-2.0 */
/* talk.c - makes a call to a mounted volume, and reports its failure. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/mount_table.h"
#include "simfs/base/progress_bar.h"
#include "simfs/base/sizes.h"
#include "simfs/base/terminal.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/meant.h"
#include "simfs/control/client_connect.h"

/* How often a rig is asked for its progress, if that is shown. */
#define LOOK_NS (250 * NS_PER_MS)

/* The kernel's state of process PID: 'S', 'T' …; '\0' if it is gone. */
static char process_state(pid_t pid)
{
	char path[64], line[512];
	const char *end;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	/* A program's name may have parentheses, too. */
	if (!file || !fgets(line, sizeof line, file) || !(end = strrchr(line, ')')) ||
		end[1] != ' ')
		return '\0';
	return end[2];
}

int cli_report_silence(const char *mount_point, pid_t pid)
{
	char seconds[32];
	const char *time = duration_write(control_client_patience_ns(), seconds, sizeof seconds);
	char state = pid > 0 ? process_state(pid) : '\0';

	if (pid <= 0)
		log_error_of(
			-ETIMEDOUT, "the rig of '%s' has not answered for %s", mount_point, time);
	else if (state == 'T' || state == 't')
		log_error_of(-ETIMEDOUT,
			"the rig of '%s' has not answered for %s: its process %d is stopped "
			"('kill -CONT %d' lets it go on)",
			mount_point, time, (int)pid, (int)pid);
	else if (state == '\0' || state == 'Z')
		log_error_of(-ETIMEDOUT,
			"the rig of '%s' has not answered for %s: its process %d has ended",
			mount_point, time, (int)pid);
	else
		log_error_of(-ETIMEDOUT,
			"the rig of '%s' has not answered for %s: its process %d hangs (state "
			"%c; 'kill -9 %d' loses nothing that was acknowledged)",
			mount_point, time, (int)pid, state, (int)pid);
	return EXIT_TIMED_OUT;
}

/* Root is no exception: by default FUSE shows a user's mount to nobody else. */
static int report_denied(const char *mount_point)
{
	AUTO(auto_free) char *path = realpath(mount_point, NULL);
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);

	if (entry && mount_table_find(MOUNT_TABLE_SELF, path ? path : mount_point, entry) == 0 &&
		strcmp(entry->type, "fuse.snaprig") == 0)
		log_error_of(-EACCES,
			"the volume on '%s' belongs to another user, who alone can reach it "
			"(umount(8) ends it)",
			mount_point);
	else
		log_error_code(-EACCES, "cannot reach the volume of '%s'", mount_point);
	return EXIT_RIG;
}

int cli_report_connect(const char *mount_point, int error)
{
	struct stat status;

	switch (error) {
	case -ENOTCONN:
		log_error_of(error,
			"the rig of '%s' is gone ('snaprig umount %s' removes what is left)",
			mount_point, mount_point);
		return EXIT_RIG;
	case -ETIMEDOUT:
		return cli_report_silence(mount_point, control_peer_guess(mount_point));
	case -EHOSTDOWN:
		log_error_of(error,
			"the state folder of '%s' is gone, and the way to its rig with it "
			"('snaprig umount %s' still ends it)",
			mount_point, mount_point);
		return EXIT_RIG;
	case -EPERM:
		log_error_of(error, "what answers for '%s' is another user's: it was told nothing",
			mount_point);
		return EXIT_RIG;
	case -EACCES:
		return report_denied(mount_point);
	case -ENOENT:
	case -ENOTDIR:
		if (stat(mount_point, &status) < 0)
			log_error_code(-errno, "cannot find the mount point '%s'", mount_point);
		else if (meant_is_image(mount_point))
			log_error_of(error,
				"image '%s' is not mounted ('snaprig mount %s MNT' mounts it)",
				mount_point, mount_point);
		else
			log_error_of(error,
				"no volume is mounted on '%s' ('snaprig list mounts' tells where)",
				mount_point);
		return EXIT_USAGE;
	default:
		log_error_code(error, "cannot reach the volume of '%s'", mount_point);
		return EXIT_RIG;
	}
}

int cli_connect(const char *mount_point, struct control_client **ret)
{
	int error = control_client_connect(mount_point, ret);
	AUTO(auto_free) char *mounted_on = error == -ENOTDIR ? meant_mount_of(mount_point) : NULL;

	if (mounted_on)
		error = control_client_connect(mounted_on, ret);
	return error < 0 ? cli_report_connect(mount_point, error) : EXIT_MET;
}

/* Whether the volume refused the request itself, which the user can correct. */
static bool is_askers_mistake(int error)
{
	static const int mistakes[] = { -EINVAL, -ERANGE, -ENAMETOOLONG, -EEXIST, -ENOENT,
		-EOPNOTSUPP, -EMSGSIZE };

	for (size_t at = 0; at < sizeof mistakes / sizeof mistakes[0]; at++)
		if (mistakes[at] == error)
			return true;
	return false;
}

int cli_report_call(const char *mount_point, struct control_client *client, int error)
{
	const char *message = control_client_message(client);

	/* With a message it is an answer: a writer did not freeze in time. */
	if (error == -ETIMEDOUT && message[0] == '\0')
		return cli_report_silence(mount_point, control_client_pid(client));
	if (error == -EILSEQ) {
		log_error_of(error, "an argument is no UTF-8");
		return EXIT_USAGE;
	}
	if (message[0] != '\0')
		log_error_of(error, "%s", message);
	else if (error == -ECONNRESET)
		log_error_of(error, "the volume of '%s' went away before it answered", mount_point);
	else
		log_error_code(error, "cannot talk to the volume of '%s'", mount_point);

	return is_askers_mistake(error) ? EXIT_USAGE : EXIT_RIG;
}

json_t *cli_pack(const char *format, ...)
{
	va_list arguments;
	json_t *packed;

	va_start(arguments, format);
	packed = json_vpack_ex(NULL, 0, format, arguments);
	va_end(arguments);
	return packed ? packed : json_null();
}

int cli_wait(struct control_client *client, uint64_t id, json_t **ret_result)
{
	uint64_t patience_ns = control_client_patience_ns();
	int error;

	/* A ping, which takes no time, distinguishes a slow command from a rig that hangs. */
	do {
		error = control_client_wait(client, id, patience_ns, ret_result);
		if (error != -ETIMEDOUT || *control_client_message(client))
			return error;
		error = control_client_call(client, "ping", NULL, patience_ns, NULL);
	} while (error == 0);
	return error;
}

/* As cli_report_call(), for COMMAND, which takes no time. */
static int report_plain_call(
	const char *mount_point, struct control_client *client, const char *command, int error)
{
	uint64_t patience_ns = control_client_patience_ns();
	char seconds[32];

	if (error != -ETIMEDOUT || *control_client_message(client) ||
		control_client_call(client, "ping", NULL, patience_ns, NULL) < 0)
		return cli_report_call(mount_point, client, error);
	log_error_of(-ETIMEDOUT,
		"the rig of '%s' is well, and has not answered '%s' for %s: it may hang of a fault "
		"('snaprig fault release %s' lets it go)",
		mount_point, command, duration_write(patience_ns, seconds, sizeof seconds),
		mount_point);
	return EXIT_TIMED_OUT;
}

/* As cli_wait(), but asks for the progress instead of pinging. */
static int wait_and_show(struct control_client *client, const struct command_question *question,
	const json_t *arguments, uint64_t id, json_t **ret_result)
{
	uint64_t done, total;
	json_t *status;
	int error;

	do {
		error = control_client_wait(client, id, LOOK_NS, ret_result);
		if (error != -ETIMEDOUT || *control_client_message(client))
			return error;
		status = NULL;
		error = control_client_call(
			client, "peek", NULL, control_client_patience_ns(), &status);
		if (error == 0 && question->progress(status, arguments, &done, &total)) {
			progress_bar_set_total(total);
			progress_bar_set(done);
		}
		json_decref(status);
	} while (error == 0);
	return error;
}

/* ARGUMENTS are stolen. */
static int send_and_wait(struct control_client *client, const struct command_question *question,
	json_t *arguments, json_t **ret_result)
{
	bool shows = question->progress && terminal_can_draw(STDERR_FILENO);
	json_t *asked = json_incref(arguments);
	uint64_t id;
	int error = control_client_send(client, question->command, arguments, &id);

	if (error == 0) {
		progress_bar_begin(question->command, NULL, 0);
		error = shows ? wait_and_show(client, question, asked, id, ret_result)
			      : cli_wait(client, id, ret_result);
		progress_bar_end();
	}
	json_decref(asked);
	return error;
}

int cli_call(const char *mount_point, const struct command_question *question, json_t *arguments,
	json_t **ret_result)
{
	bool is_long = question->patience == PATIENCE_LONG;
	struct control_client *client;
	int exit_code = cli_connect(mount_point, &client);

	if (exit_code != EXIT_MET) {
		json_decref(arguments);
		return exit_code;
	}

	int error = is_long ? send_and_wait(client, question, arguments, ret_result)
			    : control_client_call(client, question->command, arguments,
				      control_client_patience_ns(), ret_result);

	if (error < 0)
		exit_code = is_long ? cli_report_call(mount_point, client, error)
				    : report_plain_call(
					      mount_point, client, question->command, error);
	if (error == -EPERM && question->may_skip)
		exit_code = EXIT_SKIPPED;
	control_client_destroy(client);
	return exit_code;
}
