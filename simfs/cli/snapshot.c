/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "simfs/cli/ask.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/table.h"

static int print_list(json_t *answer)
{
	cli_table_snapshots(json_object_get(answer, "snapshots"), stdout);
	return command_line_finish();
}

static const struct command_option create_options[] = {
	{ "limit", "SIZE|SHARE", "space for preserved blocks: 64MiB, or 10% of the volume",
		COMMAND_SIZE, .argument = "limit" },
	{ "block", "SIZE", "bytes preserved at a time: 4KiB", COMMAND_SIZE, .argument = "block" },
	{ "of", "CLONE", "take the snapshot of a clone instead of the live view", COMMAND_SNAPSHOT,
		.argument = "of" },
	{ "no-writers", NULL, "do not ask writers to freeze", .argument = "writers",
		.denies = true },
	ASK_JSON,
	{ 0 },
};

/* Writers may take long, and have time limits of their own. */
static const struct command_line create = {
	.name = "snapshot create",
	.summary = "take a snapshot",
	.operands = { ASK_MNT, { "NAME", COMMAND_TEXT, NULL, "name" } },
	.options = create_options,
	.about = "Takes a snapshot of the volume mounted on MNT.  When this returns, the snapshot "
		 "can be\n"
		 "read as MNT/snapshots/NAME.  Options that are not given follow the volume's "
		 "profile.",
	.examples = "  snaprig snapshot create mnt s0\n"
		    "  snaprig snapshot create mnt s1 --limit 16MiB --block 64KiB\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "snapshot.create",
		.patience = PATIENCE_LONG },
};

static const struct command_option clone_options[] = {
	{ "full", NULL, "copy all data: the clone becomes the root of its own tree",
		.argument = "full" },
	ASK_JSON,
	{ 0 },
};

/* Progress of a full clone, which takes as long as the copy. */
static bool clone_progress(
	const json_t *status, const json_t *arguments, uint64_t *ret_done, uint64_t *ret_total)
{
	const json_t *copies = json_object_get(json_object_get(status, "chain"), "copies");
	json_t *copy;
	size_t index;

	json_array_foreach(copies, index, copy)
	{
		if (!json_equal(json_object_get(copy, "name"), json_object_get(arguments, "name")))
			continue;
		*ret_done = (uint64_t)json_integer_value(json_object_get(copy, "done_bytes"));
		*ret_total = (uint64_t)json_integer_value(json_object_get(copy, "total_bytes"));
		return true;
	}
	return false;
}

static const struct command_line clone_of = {
	.name = "snapshot clone",
	.summary = "make a writable clone of a snapshot",
	.operands = { ASK_MNT, { "SNAPSHOT", COMMAND_SNAPSHOT, NULL, "of" },
		{ "NAME", COMMAND_TEXT, NULL, "name" } },
	.options = clone_options,
	.about = "Makes a clone of a snapshot in a chain: MNT/snapshots/NAME, which can be written "
		 "to and\n"
		 "shares the snapshot's data.  With --full it shares nothing, starts a chain of "
		 "depth 1,\n"
		 "and appears when everything is copied.",
	.examples = "  snaprig snapshot clone mnt s0 c0\n"
		    "  snaprig snapshot clone mnt s0 copy --full\n"
		    "  snaprig snapshot create mnt s1 --of copy\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "snapshot.clone",
		.patience = PATIENCE_LONG,
		.progress = clone_progress },
};

static const struct command_line delete = {
	.name = "snapshot delete",
	.summary = "delete a snapshot",
	.operands = { ASK_MNT, { "NAME", COMMAND_SNAPSHOT, NULL, "name" } },
	.options = ask_json_options,
	.about = "Deletes a snapshot.  When this returns, its files are gone.  The command fails "
		 "while\n"
		 "somebody has the snapshot open.",
	.examples = "  snaprig snapshot delete mnt s0\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "snapshot.delete" },
};

/* For profile lvm: what device-mapper does with its snapshots. */

static const struct command_line detach = {
	.name = "snapshot detach",
	.summary = "stop preserving blocks for a snapshot (profile lvm)",
	.operands = { ASK_MNT, { "NAME", COMMAND_SNAPSHOT, NULL, "name" } },
	.options = ask_json_options,
	.about = "Stops preserving blocks for a snapshot, as device-mapper does when the "
		 "snapshot's table\n"
		 "is removed.  Until it is attached again, the snapshot shows the blocks that it "
		 "has kept,\n"
		 "and otherwise the present live view.  Only with profile lvm.",
	.examples = "  snaprig snapshot detach mnt s0\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "snapshot.detach" },
};

static const struct command_line attach = {
	.name = "snapshot attach",
	.summary = "preserve blocks for a snapshot again (profile lvm)",
	.operands = { ASK_MNT, { "NAME", COMMAND_SNAPSHOT, NULL, "name" } },
	.options = ask_json_options,
	.about = "Preserves blocks again for a snapshot that was detached.  The old content of "
		 "blocks that\n"
		 "were overwritten in between is lost, as with device-mapper.",
	.examples = "  snaprig snapshot attach mnt s0\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "snapshot.attach" },
};

static const struct command_line rename_it = {
	.name = "snapshot rename",
	.summary = "rename a snapshot (profile lvm)",
	.operands = { ASK_MNT, { "NAME", COMMAND_SNAPSHOT, NULL, "name" },
		{ "TO", COMMAND_TEXT, NULL, "to" } },
	.options = ask_json_options,
	.about = "Renames a snapshot.  Its open files stay open; rules must use the new name.  "
		 "Only with\n"
		 "profile lvm.",
	.examples = "  snaprig snapshot rename mnt s0 monday\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "snapshot.rename" },
};

static const struct command_line limit = {
	.name = "snapshot limit",
	.summary = "change the limit of a snapshot (profile lvm)",
	.operands = { ASK_MNT, { "NAME", COMMAND_SNAPSHOT, NULL, "name" },
		{ "SIZE|SHARE", COMMAND_SIZE, NULL, "limit" } },
	.options = ask_json_options,
	.about = "Gives a snapshot more or less space, like lvextend and lvreduce of its COW "
		 "volume.  If it\n"
		 "uses more than the new limit, it overflows at the next block that has to be "
		 "preserved.\n"
		 "Only with profile lvm.",
	.examples = "  snaprig snapshot limit mnt s0 32MiB\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "snapshot.limit" },
};

static const struct command_line list = {
	.name = "snapshot list",
	.summary = "list the snapshots",
	.operands = { ASK_MNT },
	.options = ask_json_options,
	.about = "Lists the snapshots of the volume mounted on MNT, oldest first.",
	.examples = "  snaprig snapshot list mnt\n"
		    "  snaprig snapshot list mnt --json | jq -r '.snapshots[].name'\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "snapshot.list", .print = print_list },
};

const struct command_line *const snapshot_actions[] = {
	&create,
	&clone_of,
	&delete,
	&detach,
	&attach,
	&rename_it,
	&limit,
	&list,
	&snapshot_changed_action,
	NULL,
};
