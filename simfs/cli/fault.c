/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "simfs/base/exit_code.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/table.h"
#include "simfs/cli/volume_commands.h"
#include "simfs/control/protocol.h"

struct values {
	bool json;
};

static const struct cli add_cli = {
	.name = "fault add",
	.arguments = "MNT RULE",
	.arguments_min = 2,
	.arguments_max = 2,
	.about = "Arms a fault, and prints its number.  A rule is POINT ACTION TRIGGER..., in one\n"
		 "argument; 'snaprig list points' names the points.\n\n"
		 "actions:\n"
		 "  error=EIO  delay=20ms  hang  short=512  zero  stale  flip=1  tear=512  drop\n"
		 "  misdirect=4KiB  fail-snapshot  crash\n\n"
		 "triggers, all of which must hold:\n"
		 "  offset=24MiB..32MiB  snapshot=NAME  writer=NAME  when=store.used>=70%  "
		 "phase=NAME\n"
		 "  file=/PATH (exists)  from=10s  for=10s  after=100  every=10  chance=5%  "
		 "times=1\n\n"
		 "At writer.* and snapshot.commit an error can be a code of VSS: "
		 "error=0x800423f2.\n\n"
		 "name=NAME gives it a name: another rule of that name takes its place, the same\n"
		 "rule changes nothing.",
	.examples = "  snaprig fault add mnt 'snapshot.read error=EIO offset=24MiB.. times=1'\n"
		    "  snaprig fault add mnt 'cow.store fail-snapshot when=store.used>=70%'\n",
	.exits = CLI_EXITS,
};

static const struct cli_option list_options[] = {
	{ "json", NULL, "print what the volume answered, as JSON", offsetof(struct values, json) },
	{ 0 },
};

static const struct cli list_cli = {
	.name = "fault list",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about =
		"Lists the faults in the order in which they are asked, and how often their point\n"
		"was reached (SEEN), their filters held (MATCHED) and they struck (FIRED).  A "
		"rule\n"
		"that looks at a clock, a file or the machine cannot be replayed.",
	.options = list_options,
	.examples = "  snaprig fault list mnt\n"
		    "  snaprig fault list mnt --json | jq '.faults[].fired'\n",
	.exits = CLI_EXITS,
};

static const struct cli remove_cli = {
	.name = "fault remove",
	.arguments = "MNT NAME-OR-ID",
	.arguments_min = 2,
	.arguments_max = 2,
	.about = "Removes a fault; whatever it delays or hangs goes on.",
	.examples = "  snaprig fault remove mnt 1\n",
	.exits = CLI_EXITS,
};

static const struct cli clear_cli = {
	.name = "fault clear",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about = "Removes all faults; whatever is delayed or hangs goes on.",
	.examples = "  snaprig fault clear mnt\n",
	.exits = CLI_EXITS,
};

static const struct cli release_cli = {
	.name = "fault release",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about =
		"Releases everything that hangs, and prints how many there were.  The faults stay.",
	.examples = "  snaprig fault release mnt\n",
	.exits = CLI_EXITS,
};

/* Calls COMMAND and prints the number FIELD of its answer. */
static int call_for_number(
	const char *mount_point, const char *command, json_t *arguments, const char *field)
{
	json_t *answer = NULL;
	int exit_code = cli_call(mount_point, command, arguments, &answer);

	if (exit_code == EXIT_MET) {
		printf("%" JSON_INTEGER_FORMAT "\n",
			json_integer_value(json_object_get(answer, field)));
		exit_code = cli_finish_output();
	}
	json_decref(answer);
	return exit_code;
}

static int run_add(int argc, char **argv)
{
	size_t count;
	int exit_code = cli_parse(&add_cli, argc, argv, NULL, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	return call_for_number(argv[1], "fault.add", cli_pack("{s:s}", "rule", argv[2]), "id");
}

static int run_list(int argc, char **argv)
{
	struct values values = { 0 };
	json_t *answer = NULL;
	size_t count;
	int exit_code = cli_parse(&list_cli, argc, argv, &values, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;

	exit_code = cli_call(argv[1], "fault.list", NULL, &answer);
	if (exit_code == EXIT_MET && values.json) {
		json_object_set_new(answer, "schema_version", json_integer(SCHEMA_VERSION));
		exit_code = cli_print_json(answer);
	} else if (exit_code == EXIT_MET) {
		cli_table_faults(json_object_get(answer, "faults"), stdout);
		exit_code = cli_finish_output();
	}
	json_decref(answer);
	return exit_code;
}

static int run_remove(int argc, char **argv)
{
	size_t count;
	int exit_code = cli_parse(&remove_cli, argc, argv, NULL, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	return cli_call(argv[1], "fault.remove", cli_pack("{s:s}", "fault", argv[2]), NULL);
}

static int run_clear(int argc, char **argv)
{
	size_t count;
	int exit_code = cli_parse(&clear_cli, argc, argv, NULL, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	return cli_call(argv[1], "fault.clear", NULL, NULL);
}

static int run_release(int argc, char **argv)
{
	size_t count;
	int exit_code = cli_parse(&release_cli, argc, argv, NULL, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	return call_for_number(argv[1], "fault.release", NULL, "released");
}

static const struct cli_action actions[] = {
	{ "add", "arm a fault", run_add },
	{ "list", "list the faults and what they did", run_list },
	{ "remove", "remove one", run_remove },
	{ "clear", "remove all", run_clear },
	{ "release", "release everything that hangs", run_release },
	{ 0 },
};

int command_fault(int argc, char **argv)
{
	return cli_run_action("fault", actions, argc, argv);
}
