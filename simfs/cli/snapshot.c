/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "simfs/base/exit_code.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/table.h"
#include "simfs/cli/volume_commands.h"
#include "simfs/control/protocol.h"

struct values {
	bool json, full, no_writers;
	const char *of;
	const char *limit;
	const char *block;
};

#define OPTION_JSON                                                                                \
	{                                                                                          \
		"json", NULL, "print what the volume answered, as JSON",                           \
			offsetof(struct values, json)                                              \
	}

static const struct cli_option create_options[] = {
	{ "limit", "SIZE|PCT", "room for preserved blocks: 64MiB, or 10% of the volume",
		offsetof(struct values, limit) },
	{ "block", "SIZE", "bytes preserved at a time: 4KiB", offsetof(struct values, block) },
	{ "of", "CLONE", "take it of a clone, instead of the live view",
		offsetof(struct values, of) },
	{ "no-writers", NULL, "ask no writer to freeze for it",
		offsetof(struct values, no_writers) },
	OPTION_JSON,
	{ 0 },
};

static const struct cli_option clone_options[] = {
	{ "full", NULL, "copy all data: the clone is the root of a tree of its own",
		offsetof(struct values, full) },
	OPTION_JSON,
	{ 0 },
};

static const struct cli create_cli = {
	.name = "snapshot create",
	.arguments = "MNT NAME",
	.arguments_min = 2,
	.arguments_max = 2,
	.about = "Takes a snapshot of the volume that is mounted on MNT.  When this returns, the\n"
		 "snapshot can be read as MNT/snapshots/NAME.  What no option sets is as in the\n"
		 "volume's profile.",
	.options = create_options,
	.examples = "  snaprig snapshot create mnt s0\n"
		    "  snaprig snapshot create mnt s1 --limit 16MiB --block 64KiB\n",
	.exits = CLI_EXITS,
};

static const struct cli clone_cli = {
	.name = "snapshot clone",
	.arguments = "MNT SNAPSHOT NAME",
	.arguments_min = 3,
	.arguments_max = 3,
	.about = "Makes a clone of a snapshot in a chain: MNT/snapshots/NAME, which can be written "
		 "to\n"
		 "and shares the snapshot's data.  With --full it shares nothing, begins a chain "
		 "of\n"
		 "depth 1, and is there when all is copied.",
	.options = clone_options,
	.examples = "  snaprig snapshot clone mnt s0 c0\n"
		    "  snaprig snapshot clone mnt s0 copy --full\n"
		    "  snaprig snapshot create mnt s1 --of copy\n",
	.exits = CLI_EXITS,
};

static const struct cli delete_cli = {
	.name = "snapshot delete",
	.arguments = "MNT NAME",
	.arguments_min = 2,
	.arguments_max = 2,
	.about =
		"Deletes a snapshot.  When this returns, its files are gone.  It is refused while\n"
		"somebody has the snapshot open.",
	.examples = "  snaprig snapshot delete mnt s0\n",
	.exits = CLI_EXITS,
};

static const struct cli_option list_options[] = { OPTION_JSON, { 0 } };

static const struct cli list_cli = {
	.name = "snapshot list",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about = "Lists the snapshots of the volume that is mounted on MNT, oldest first.",
	.options = list_options,
	.examples = "  snaprig snapshot list mnt\n"
		    "  snaprig snapshot list mnt --json | jq -r '.snapshots[].name'\n",
	.exits = CLI_EXITS,
};

static int run_create(int argc, char **argv)
{
	struct values values = { 0 };
	json_t *snapshot = NULL;
	size_t count;
	int exit_code = cli_parse(&create_cli, argc, argv, &values, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;

	/* An argument with '*' is left out when its value is NULL. */
	json_t *arguments = cli_pack("{s:s, s:s*, s:s*, s:s*}", "name", argv[2], "limit",
		values.limit, "block", values.block, "of", values.of);

	if (values.no_writers)
		json_object_set_new(arguments, "writers", json_false());
	/* Its writers may take their time, and have limits of their own. */
	exit_code = cli_call_long(argv[1], "snapshot.create", arguments, &snapshot);
	if (exit_code == EXIT_MET && values.json)
		exit_code = cli_print_json(snapshot);
	json_decref(snapshot);
	return exit_code;
}

static int run_clone(int argc, char **argv)
{
	struct values values = { 0 };
	json_t *clone = NULL;
	size_t count;
	int exit_code = cli_parse(&clone_cli, argc, argv, &values, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	exit_code = cli_call_long(argv[1], "snapshot.clone",
		cli_pack("{s:s, s:s, s:b}", "of", argv[2], "name", argv[3], "full",
			(int)values.full),
		&clone);
	if (exit_code == EXIT_MET && values.json)
		exit_code = cli_print_json(clone);
	json_decref(clone);
	return exit_code;
}

static int run_delete(int argc, char **argv)
{
	size_t count;
	int exit_code = cli_parse(&delete_cli, argc, argv, NULL, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	return cli_call(argv[1], "snapshot.delete", cli_pack("{s:s}", "name", argv[2]), NULL);
}

static int run_list(int argc, char **argv)
{
	struct values values = { 0 };
	json_t *answer = NULL;
	size_t count;
	int exit_code = cli_parse(&list_cli, argc, argv, &values, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;

	exit_code = cli_call(argv[1], "snapshot.list", NULL, &answer);
	if (exit_code == EXIT_MET && values.json) {
		json_object_set_new(answer, "schema_version", json_integer(SCHEMA_VERSION));
		exit_code = cli_print_json(answer);
	} else if (exit_code == EXIT_MET) {
		cli_table_snapshots(json_object_get(answer, "snapshots"), stdout);
		exit_code = cli_finish_output();
	}
	json_decref(answer);
	return exit_code;
}

static const struct cli_action actions[] = {
	{ "create", "take a snapshot", run_create },
	{ "clone", "make a clone of a snapshot, which can be written to", run_clone },
	{ "delete", "delete a snapshot", run_delete },
	{ "list", "list the snapshots", run_list },
	{ "changed", "list the blocks that changed since a snapshot", cli_run_snapshot_changed },
	{ 0 },
};

int command_snapshot(int argc, char **argv)
{
	return cli_run_action("snapshot", actions, argc, argv);
}
