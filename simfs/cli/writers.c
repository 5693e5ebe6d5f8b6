/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "simfs/base/exit_code.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/volume_commands.h"
#include "simfs/control/protocol.h"

struct values {
	bool json;
};

static const struct cli add_cli = {
	.name = "writers add",
	.arguments = "MNT WRITER",
	.arguments_min = 2,
	.arguments_max = 2,
	.about = "Adds an application that must freeze before a snapshot is taken and thaws after "
		 "it.\n"
		 "A writer is KIND KEY=VALUE..., in one argument.  It replaces one of its name, "
		 "and\n"
		 "restarts one that has died.\n\n"
		 "kinds:\n"
		 "  simulated name=\"System Writer\" [freeze=200ms] [thaw=50ms] [dies=5s]\n"
		 "  hook path=/etc/qemu/fsfreeze-hook   called with 'freeze' and 'thaw'\n"
		 "  fsfreeze path=/mnt/data             a file system on a loop device over "
		 "MNT/live\n\n"
		 "All kinds take name=NAME, id={GUID} and limit=60s, how long it may stay frozen.",
	.examples = "  snaprig writers add mnt 'simulated name=\"System Writer\" freeze=200ms'\n"
		    "  snaprig fault add mnt 'writer.freeze error=0x800423f2 "
		    "writer=System_Writer'\n",
	.exits = CLI_EXITS,
};

static const struct cli remove_cli = {
	.name = "writers remove",
	.arguments = "MNT NAME",
	.arguments_min = 2,
	.arguments_max = 2,
	.about = "Removes a writer.",
	.exits = CLI_EXITS,
};

static const struct cli kill_cli = {
	.name = "writers kill",
	.arguments = "MNT NAME",
	.arguments_min = 2,
	.arguments_max = 2,
	.about = "Kills the process of a simulated writer.  If it was frozen, the snapshot fails.\n"
		 "The writer does not answer again until it is added again.",
	.exits = CLI_EXITS,
};

static const struct cli_option list_options[] = {
	{ "json", NULL,
		"print what the volume answered, as JSON: with what failed, whose fault "
		"it\nwas, and why",
		offsetof(struct values, json) },
	{ 0 },
};

static const struct cli list_cli = {
	.name = "writers list",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about = "Prints the writers as 'vssadmin list writers' does, without its heading.",
	.options = list_options,
	.examples = "  snaprig writers list mnt\n"
		    "  snaprig writers list mnt --json | jq '.writers[].failure'\n",
	.exits = CLI_EXITS,
};

static const struct cli freeze_cli = {
	.name = "writers freeze",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about =
		"Freezes all writers, as qemu-ga does for a tool that takes the snapshot itself.\n"
		"Returns once they are frozen.  Until 'writers thaw' no snapshot asks anything of\n"
		"them.  One that is frozen for longer than its limit thaws, and all others too.",
	.examples = "  snaprig writers freeze mnt && touch mnt/snapshots/s0; "
		    "snaprig writers thaw mnt\n",
	.exits = CLI_EXITS,
};

static const struct cli thaw_cli = {
	.name = "writers thaw",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about = "Thaws what 'writers freeze' froze, or what a thaw did not reach.  When nothing "
		 "is\n"
		 "frozen any more it says why: do not rely on a snapshot taken in between.",
	.exits = CLI_EXITS,
};

static const struct cli notify_cli = {
	.name = "writers notify",
	.arguments = "MNT EVENT",
	.arguments_min = 2,
	.arguments_max = 2,
	.about = "Tells all writers what a requester tells them outside a snapshot: identify,\n"
		 "backup-complete, pre-restore, post-restore, backup-shutdown, abort.",
	.examples = "  snaprig writers notify mnt backup-complete\n",
	.exits = CLI_EXITS,
};

/* Calls COMMAND with the argument KEY, or with none, of which nothing is printed.  Writers have
 * limits of their own. */
static int call(const struct cli *cli, int argc, char **argv, const char *command, const char *key)
{
	size_t count;
	int exit_code = cli_parse(cli, argc, argv, NULL, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	return cli_call_long(argv[1], command, key ? cli_pack("{s:s}", key, argv[2]) : NULL, NULL);
}

static int run_add(int argc, char **argv)
{
	return call(&add_cli, argc, argv, "writers.add", "writer");
}

static int run_remove(int argc, char **argv)
{
	return call(&remove_cli, argc, argv, "writers.remove", "name");
}

static int run_kill(int argc, char **argv)
{
	return call(&kill_cli, argc, argv, "writers.kill", "name");
}

static int run_freeze(int argc, char **argv)
{
	return call(&freeze_cli, argc, argv, "writers.freeze", NULL);
}

static int run_thaw(int argc, char **argv)
{
	return call(&thaw_cli, argc, argv, "writers.thaw", NULL);
}

static int run_notify(int argc, char **argv)
{
	return call(&notify_cli, argc, argv, "writers.notify", "event");
}

static int run_list(int argc, char **argv)
{
	struct values values = { 0 };
	json_t *answer = NULL;
	size_t count;
	int exit_code = cli_parse(&list_cli, argc, argv, &values, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	exit_code = cli_call(argv[1], "writers.list", NULL, &answer);
	if (exit_code == EXIT_MET && values.json) {
		json_object_set_new(answer, "schema_version", json_integer(SCHEMA_VERSION));
		json_object_del(answer, "text");
		exit_code = cli_print_json(answer);
	} else if (exit_code == EXIT_MET) {
		fputs(json_string_value(json_object_get(answer, "text")), stdout);
		exit_code = cli_finish_output();
	}
	json_decref(answer);
	return exit_code;
}

static const struct cli_action actions[] = {
	{ "list", "show them as vssadmin does", run_list },
	{ "add", "add one", run_add },
	{ "remove", "remove one", run_remove },
	{ "kill", "let a simulated one die", run_kill },
	{ "freeze", "freeze all", run_freeze },
	{ "thaw", "thaw all", run_thaw },
	{ "notify", "tell them of an event outside a snapshot", run_notify },
	{ 0 },
};

int command_writers(int argc, char **argv)
{
	return cli_run_action("writers", actions, argc, argv);
}
