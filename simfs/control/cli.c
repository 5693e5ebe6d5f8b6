/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/control/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/base/mount_table.h"
#include "simfs/base/sizes.h"
#include "simfs/control/client_connect.h"
#include "simfs/control/protocol.h"

/* ---- help ---- */

static void print_option(const char *name, const char *value, const char *about)
{
	char left[64];

	/* A name of one letter is a short option: mount's -o. */
	snprintf(left, sizeof left, "%s%s%s%s", name[1] ? "--" : "-", name, value ? " " : "",
		value ? value : "");
	/* What goes on in another line stands below its beginning. */
	for (const char *line = about; line;) {
		const char *end = strchr(line, '\n');

		printf("  %-20s %.*s\n", left, (int)(end ? end - line : (long)strlen(line)), line);
		left[0] = '\0';
		line = end ? end + 1 : NULL;
	}
}

static void print_help(const struct cli *cli)
{
	printf("usage: snaprig %s%s %s\n\n%s\n\noptions:\n", cli->name,
		cli->options ? " [OPTION]..." : "", cli->arguments, cli->about);
	for (const struct cli_option *option = cli->options; option && option->name; option++)
		print_option(option->name, option->value, option->about);
	print_option("help", NULL, "show this");
	if (cli->examples)
		printf("\nexamples:\n%s", cli->examples);
	printf("\nexit codes:\n%s", cli->exits);
}

/* ---- options ---- */

static int usage_error(const struct cli *cli, const char *problem, const char *subject)
{
	log_error("%s '%s' (see 'snaprig %s --help')", problem, subject, cli->name);
	return EXIT_USAGE;
}

static const struct cli_option *find_option(
	const struct cli_option *options, const char *name, size_t length)
{
	for (const struct cli_option *option = options; option && option->name; option++)
		if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
			return option;
	return NULL;
}

static bool asks_for_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

static bool is_list(const struct cli_option *option)
{
	size_t length = strlen(option->value);

	return length > 3 && strcmp(option->value + length - 3, "...") == 0;
}

static int add_to_list(const struct cli *cli, struct cli_list *list, const char *value)
{
	if (list->count == CLI_LIST_MAX)
		return usage_error(cli, "there are too many options: unexpected", value);
	list->texts[list->count++] = value;
	return CLI_GO_ON;
}

/*
 * Takes the option at argv[*AT], and its value behind it, into VALUES; *AT is
 * left at the last that was taken.
 */
static int take_option(const struct cli *cli, char **argv, int *at, void *values)
{
	const char *argument = argv[*at];
	bool is_long = argument[1] == '-';
	const char *name = argument + (is_long ? 2 : 1);
	const char *equals = is_long ? strchr(name, '=') : NULL;
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct cli_option *option = find_option(cli->options, name, length);

	if (!option || (length > 1) != is_long)
		return usage_error(cli, "unknown option", argument);

	void *field = (char *)values + option->offset;

	if (!option->value) {
		if (equals)
			return usage_error(cli, "no value belongs to", argument);
		*(bool *)field = true;
		return CLI_GO_ON;
	}

	const char *value = equals ? equals + 1 : argv[*at + 1];

	if (!value)
		return usage_error(cli, "a value is missing behind", argument);
	if (!equals)
		(*at)++;
	if (is_list(option))
		return add_to_list(cli, field, value);
	*(const char **)field = value;
	return CLI_GO_ON;
}

int cli_parse(const struct cli *cli, int argc, char **argv, void *values, size_t *ret_count)
{
	size_t count = 0;
	bool options_ended = false;

	for (int at = 1; at < argc; at++) {
		char *argument = argv[at];

		if (options_ended || argument[0] != '-' || argument[1] == '\0') {
			argv[++count] = argument;
		} else if (strcmp(argument, "--") == 0) {
			options_ended = true;
		} else if (asks_for_help(argument)) {
			print_help(cli);
			return cli_finish_output();
		} else {
			int result = take_option(cli, argv, &at, values);

			if (result != CLI_GO_ON)
				return result;
		}
	}

	if (count < cli->arguments_min)
		return usage_error(cli, "arguments are missing: expected", cli->arguments);
	if (count > cli->arguments_max)
		return usage_error(cli, "unexpected argument", argv[cli->arguments_max + 1]);
	*ret_count = count;
	return CLI_GO_ON;
}

int cli_run_action(const char *command, const struct cli_action *actions, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (name && asks_for_help(name)) {
		printf("usage: snaprig %s ACTION ...\n\nactions:\n", command);
		for (const struct cli_action *action = actions; action->name; action++)
			printf("  %-10s %s\n", action->name, action->about);
		printf("\n'snaprig %s ACTION --help' tells more.\n", command);
		return cli_finish_output();
	}
	for (const struct cli_action *action = actions; name && action->name; action++)
		if (strcmp(action->name, name) == 0)
			return action->run(argc - 1, argv + 1);

	if (name)
		log_error("unknown action '%s' (see 'snaprig %s --help')", name, command);
	else
		log_error("an action is missing (see 'snaprig %s --help')", command);
	return EXIT_USAGE;
}

/* ---- talking to a volume ---- */

/* What the kernel says of process PID: 'S', 'T' …; '\0' when it is not there any more. */
static char process_state(pid_t pid)
{
	char path[64], state = '\0';

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		return '\0';
	return state;
}

int cli_report_silence(const char *mount_point, pid_t pid)
{
	char seconds[32];
	const char *time = duration_write(control_client_patience_ns(), seconds, sizeof seconds);
	char state = pid > 0 ? process_state(pid) : '\0';

	if (pid <= 0)
		log_error("the rig of '%s' has not answered for %s", mount_point, time);
	else if (state == 'T' || state == 't')
		log_error("the rig of '%s' has not answered for %s: its process %d is stopped "
			  "('kill -CONT %d' lets it go on)",
			mount_point, time, (int)pid, (int)pid);
	else if (state == '\0' || state == 'Z')
		log_error("the rig of '%s' has not answered for %s: its process %d has ended",
			mount_point, time, (int)pid);
	else
		log_error("the rig of '%s' has not answered for %s: its process %d hangs (state "
			  "%c; 'kill -9 %d' loses nothing that was acknowledged)",
			mount_point, time, (int)pid, state, (int)pid);
	return EXIT_TIMED_OUT;
}

/* Root is no exception: FUSE shows a user's mount to nobody else. */
static int report_denied(const char *mount_point)
{
	AUTO(auto_free) char *path = realpath(mount_point, NULL);
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);

	if (entry && mount_table_find(MOUNT_TABLE_SELF, path ? path : mount_point, entry) == 0 &&
		strcmp(entry->type, "fuse.snaprig") == 0)
		log_error("the volume on '%s' belongs to another user, who alone can reach it "
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
		log_error("the rig of '%s' is gone ('snaprig umount %s' removes what is left)",
			mount_point, mount_point);
		return EXIT_RIG;
	case -ETIMEDOUT:
		return cli_report_silence(mount_point, control_peer_guess(mount_point));
	case -EHOSTDOWN:
		log_error("the state folder of '%s' is gone, and the way to its rig with it "
			  "('snaprig umount %s' still ends it)",
			mount_point, mount_point);
		return EXIT_RIG;
	case -EPERM:
		log_error("what answers for '%s' is another user's: it was told nothing",
			mount_point);
		return EXIT_RIG;
	case -EACCES:
		return report_denied(mount_point);
	case -ENOENT:
	case -ENOTDIR:
		if (stat(mount_point, &status) < 0)
			log_error_code(-errno, "cannot find the mount point '%s'", mount_point);
		else
			log_error("no volume is mounted on '%s'", mount_point);
		return EXIT_USAGE;
	default:
		log_error_code(error, "cannot reach the volume of '%s'", mount_point);
		return EXIT_RIG;
	}
}

int cli_connect(const char *mount_point, struct control_client **ret)
{
	int error = control_client_connect(mount_point, ret);

	return error < 0 ? cli_report_connect(mount_point, error) : EXIT_MET;
}

/* What the volume refused because of what it was asked is the asker's to mend. */
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

	/* With a message it is the answer: a writer did not freeze in time. */
	if (error == -ETIMEDOUT && message[0] == '\0')
		return cli_report_silence(mount_point, control_client_pid(client));
	if (message[0] != '\0')
		log_error("%s", message);
	else if (error == -ECONNRESET)
		log_error("the volume of '%s' went away before it answered", mount_point);
	else
		log_error_code(error, "cannot talk to the volume of '%s'", mount_point);

	return is_askers_mistake(error) ? EXIT_USAGE : EXIT_RIG;
}

int cli_wait(struct control_client *client, uint64_t id, json_t **ret_result)
{
	uint64_t patience_ns = control_client_patience_ns();
	int error;

	/* What takes its time is told from what hangs by a question that takes none. */
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
	log_error(
		"the rig of '%s' is well, and has not answered '%s' for %s: it may hang of a fault "
		"('snaprig fault release %s' lets it go)",
		mount_point, command, duration_write(patience_ns, seconds, sizeof seconds),
		mount_point);
	return EXIT_TIMED_OUT;
}

static int send_and_wait(
	struct control_client *client, const char *command, json_t *arguments, json_t **ret_result)
{
	uint64_t id;
	int error = control_client_send(client, command, arguments, &id);

	return error < 0 ? error : cli_wait(client, id, ret_result);
}

static int call(const char *mount_point, const char *command, json_t *arguments, bool is_long,
	bool may_skip, json_t **ret_result)
{
	struct control_client *client;
	int exit_code = cli_connect(mount_point, &client);

	if (exit_code != EXIT_MET) {
		json_decref(arguments);
		return exit_code;
	}

	int error = is_long ? send_and_wait(client, command, arguments, ret_result)
			    : control_client_call(client, command, arguments,
				      control_client_patience_ns(), ret_result);

	if (error < 0)
		exit_code = is_long ? cli_report_call(mount_point, client, error)
				    : report_plain_call(mount_point, client, command, error);
	if (error == -EPERM && may_skip)
		exit_code = EXIT_SKIPPED;
	control_client_destroy(client);
	return exit_code;
}

int cli_call(const char *mount_point, const char *command, json_t *arguments, json_t **ret_result)
{
	return call(mount_point, command, arguments, false, false, ret_result);
}

int cli_call_or_skip(
	const char *mount_point, const char *command, json_t *arguments, json_t **ret_result)
{
	return call(mount_point, command, arguments, false, true, ret_result);
}

int cli_call_long(
	const char *mount_point, const char *command, json_t *arguments, json_t **ret_result)
{
	return call(mount_point, command, arguments, true, false, ret_result);
}

/* ---- output ---- */

int cli_finish_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_MET;
	log_error_code(-errno, "cannot write the output");
	return EXIT_RIG;
}

int cli_print_json(const json_t *document)
{
	json_dumpf(document, stdout, JSON_INDENT(2));
	putchar('\n');
	return cli_finish_output();
}
