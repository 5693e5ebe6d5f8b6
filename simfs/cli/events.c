/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/event_text.h"
#include "simfs/control/protocol.h"
#include "simfs/volume/event_file.h"

/* How long it may take to notice SIGINT. */
#define LOOK_EVERY_NS (200 * NS_PER_MS)

struct values {
	bool follow;
	bool json;
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal_number)
{
	(void)signal_number;
	is_interrupted = 1;
}

/* ---- for people ---- */

static void print_event(json_t *event)
{
	char seconds[32], operation[32];

	snprintf(operation, sizeof operation, "%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(event, "operation")));
	printf("%12s  %9s  %-16s ", event_text_seconds(event, seconds, sizeof seconds), operation,
		event_text_name(event));
	event_text_fields(event, stdout);
	putchar('\n');
}

static void print_head(const struct values *values)
{
	if (!values->json)
		printf("%12s  %9s  %s\n", "SECONDS", "OPERATION", "EVENT");
}

static void print_lines_for_people(const char *lines)
{
	const char *end;

	for (; (end = strchr(lines, '\n')); lines = end + 1) {
		json_t *event = json_loadb(lines, (size_t)(end - lines), 0, NULL);

		if (event)
			print_event(event);
		json_decref(event);
	}
}

/* ---- from disk ---- */

static bool is_image(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Prints the lines of FILE that are events; a kill may have torn others. */
static int print_file(FILE *file, bool as_json)
{
	AUTO(auto_free) char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getline(&line, &room, file)) > 0) {
		json_t *event = json_loadb(line, (size_t)length, 0, NULL);

		if (event && as_json)
			printf("%.*s\n", (int)strcspn(line, "\n"), line);
		else if (event)
			print_event(event);
		json_decref(event);
	}
	return ferror(file) ? -EIO : 0;
}

/* Opens PATH if it is a regular file, since others might block for ever.  Returns 0 or -errno. */
static int open_regular(const char *path, FILE **ret)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	*ret = fdopen(fd, "r");
	if (!*ret)
		return -errno;
	TAKE_FD(fd);
	return 0;
}

/* Returns 0; -ENOENT if it does not exist; or -errno after a message. */
static int print_file_in(const char *folder, const char *name, bool as_json)
{
	AUTO(auto_free) char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}

	FILE *file = NULL;
	int error = open_regular(path, &file);

	if (error == 0)
		error = print_file(file, as_json);
	if (file)
		fclose(file);
	if (error < 0 && error != -ENOENT)
		log_error_code(error, "cannot read '%s'", path);
	return error;
}

static int print_events_of_image(const char *image, const struct values *values)
{
	static const char *const names[] = { EVENT_FILE_OLD, EVENT_FILE };
	AUTO(auto_free) char *real_image = realpath(image, NULL);
	AUTO(auto_free) char *folder = NULL;
	bool is_there = false;

	if (values->follow) {
		log_error("cannot follow image '%s' (--follow takes the folder that it is mounted "
			  "on)",
			image);
		return EXIT_USAGE;
	}
	if (!real_image || asprintf(&folder, "%s" STATE_SUFFIX, real_image) < 0) {
		folder = NULL;
		log_error_code(-errno, "cannot find the journal of image '%s'", image);
		return EXIT_RIG;
	}
	print_head(values);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		int error = print_file_in(folder, names[i], values->json);

		if (error < 0 && error != -ENOENT)
			return EXIT_RIG;
		is_there |= error == 0;
	}
	if (is_there)
		return command_line_finish();
	log_error("image '%s' has no journal ('%s/%s' is not there)", image, folder, EVENT_FILE);
	return EXIT_USAGE;
}

/* ---- from the volume ---- */

static int wait_answer(struct control_client *client, uint64_t id, bool follow, json_t **ret)
{
	uint64_t timeout_ns = follow ? LOOK_EVERY_NS : control_client_patience_ns();
	int error;

	do {
		error = control_client_wait(client, id, timeout_ns, ret);
	} while (error == -ETIMEDOUT && follow && !is_interrupted);
	return error;
}

/* The lines at *FROM, which moves on; with FOLLOW, waits for them. */
static int next_lines(struct control_client *client, json_int_t *from, bool follow, json_t **ret)
{
	uint64_t id;
	int error = control_client_send(
		client, "events", cli_pack("{s:I, s:b}", "from", *from, "wait", (int)follow), &id);

	if (error == 0)
		error = wait_answer(client, id, follow, ret);
	if (error == 0)
		*from = json_integer_value(json_object_get(*ret, "next"));
	return error;
}

/* Whether the volume has ended normally, so that nothing is left of its mount. */
static bool has_ended(const char *mount_point, int error)
{
	struct control_client *client = NULL;

	if (error != -ECONNRESET)
		return error == -ESHUTDOWN;
	error = control_client_connect(mount_point, &client);
	if (error == 0)
		control_client_destroy(client);
	return error == -ENOENT || error == -ENOTDIR;
}

static int print_lines(const char *lines, bool as_json)
{
	if (as_json)
		fputs(lines, stdout);
	else
		print_lines_for_people(lines);
	return command_line_finish();
}

static int print_events(
	const char *mount_point, struct control_client *client, const struct values *values)
{
	json_int_t from = 0;
	bool at_end = false;
	int exit_code = EXIT_MET;

	print_head(values);
	while (exit_code == EXIT_MET && !at_end && !is_interrupted) {
		json_t *answer = NULL;
		int error = next_lines(client, &from, values->follow, &answer);
		const char *lines = json_string_value(json_object_get(answer, "lines"));

		at_end = !lines || *lines == '\0';
		if (!at_end)
			exit_code = print_lines(lines, values->json);
		else if (error < 0 && !is_interrupted &&
			 !(values->follow && has_ended(mount_point, error)))
			exit_code = cli_report_call(mount_point, client, error);
		json_decref(answer);
	}
	return exit_code == EXIT_MET ? command_line_finish() : exit_code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = interrupt };
	struct values values = { 0 };
	struct control_client *client;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	if (is_image(argv[1]))
		return print_events_of_image(argv[1], &values);
	if (access(argv[1], F_OK) < 0 && errno == ENOENT) {
		log_error_of(-ENOENT, "there is no mount point and no image '%s'", argv[1]);
		return EXIT_USAGE;
	}
	exit_code = cli_connect(argv[1], &client);
	if (exit_code != EXIT_MET)
		return exit_code;
	/* With --follow, SIGINT is the normal end. */
	if (values.follow)
		sigaction(SIGINT, &action, NULL);
	exit_code = print_events(argv[1], client, &values);
	control_client_destroy(client);
	return exit_code;
}

static const struct command_option options[] = {
	{ "follow", NULL, "keep printing events until the volume is unmounted",
		.offset = offsetof(struct values, follow) },
	{ "json", NULL, "print the raw lines of the journal, one JSON object each",
		.offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line events_command = {
	.name = "events",
	.summary = "show what happened, or follow events",
	.operands = { { "MNT|IMAGE", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.about = "Prints the journal of the volume mounted on MNT: seconds since the mount, the "
		 "number of\n"
		 "reads and writes started so far, the event, and its subject.  With an IMAGE, "
		 "prints the\n"
		 "events of all its mounts from IMAGE.snaprig/, even if the rig was killed.",
	.examples =
		"  snaprig events mnt\n"
		"  snaprig events disk.img\n"
		"  snaprig events mnt --follow --json | jq 'select(.event == \"fault.fired\")'\n",
	.exits = ASK_EXITS,
	.run = run,
};
