/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "simfs/cli/ask.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/writer_path.h"

static int print_list(json_t *answer)
{
	fputs(json_string_value(json_object_get(answer, "text")), stdout);
	return command_line_finish();
}

static int print_document(json_t *answer)
{
	json_object_del(answer, "text");
	return json_output_print(answer);
}

/* A writer that cannot be parsed is left to the volume, which reports it. */
static bool is_there(const json_t *arguments)
{
	const char *text = json_string_value(json_object_get(arguments, "writer"));
	char message[WRITER_MESSAGE_BYTES];
	struct writer_spec writer;

	return !text || writer_spec_parse(text, &writer, message) < 0 ||
	       writer_path_is_right(&writer);
}

/* Writers may take long, and have time limits of their own. */
#define ASK_WRITERS(name)                                                                          \
	&(const struct command_question)                                                           \
	{                                                                                          \
		.command = name, .patience = PATIENCE_LONG                                         \
	}

static const struct command_option list_options[] = {
	{ "json", NULL,
		"print the volume's answer as JSON, including what failed, whose fault it was, "
		"and why",
		.print = print_document },
	{ 0 },
};

static const struct command_line list = {
	.name = "writers list",
	.summary = "list the writers as vssadmin does",
	.operands = { ASK_MNT },
	.options = list_options,
	.about = "Prints the writers as 'vssadmin list writers' does, without its heading.",
	.examples = "  snaprig writers list mnt\n"
		    "  snaprig writers list mnt --json | jq '.writers[].failure'\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "writers.list", .print = print_list },
};

static const struct command_line add = {
	.name = "writers add",
	.summary = "add a writer",
	.operands = { ASK_MNT,
		{ "WRITER", COMMAND_CHOICE, "simulated hook fsfreeze", "writer", true } },
	.options = ask_json_options,
	.about = "Adds an application that must freeze before a snapshot is taken and thaw after "
		 "it.  A\n"
		 "writer is KIND KEY=VALUE...  It replaces a writer of the same name, and restarts "
		 "one\n"
		 "that has died.\n"
		 "\n"
		 "kinds:\n"
		 "  simulated name=\"System Writer\" [freeze=200ms] [thaw=50ms] [dies=5s]\n"
		 "  hook path=/etc/qemu/fsfreeze-hook   called with 'freeze' and 'thaw'\n"
		 "  fsfreeze path=/mnt/data             a file system on a loop device over "
		 "MNT/live\n"
		 "\n"
		 "All kinds accept name=NAME, id={GUID} and limit=60s (how long it may stay "
		 "frozen).",
	.examples = "  snaprig writers add mnt simulated name=\"System Writer\" freeze=200ms\n"
		    "  snaprig fault add mnt writer.freeze error=0x800423f2 "
		    "writer=\"System Writer\"\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "writers.add",
		.patience = PATIENCE_LONG,
		.check = is_there },
};

static const struct command_line remove_one = {
	.name = "writers remove",
	.summary = "remove a writer",
	.operands = { ASK_MNT, { "NAME", COMMAND_WRITER, NULL, "name", true } },
	.options = ask_json_options,
	.about = "Removes a writer.",
	.examples = "  snaprig writers remove mnt System Writer\n",
	.exits = ASK_EXITS,
	.asks = ASK_WRITERS("writers.remove"),
};

static const struct command_line kill_one = {
	.name = "writers kill",
	.summary = "kill a simulated writer",
	.operands = { ASK_MNT, { "NAME", COMMAND_WRITER, NULL, "name", true } },
	.options = ask_json_options,
	.about = "Kills the process of a simulated writer.  If it was frozen, the snapshot fails.  "
		 "The\n"
		 "writer does not answer until it is added again.",
	.examples = "  snaprig writers kill mnt System Writer\n",
	.exits = ASK_EXITS,
	.asks = ASK_WRITERS("writers.kill"),
};

static const struct command_line freeze = {
	.name = "writers freeze",
	.summary = "freeze all writers",
	.operands = { ASK_MNT },
	.options = ask_json_options,
	.about =
		"Freezes all writers, as qemu-ga does for a tool that takes the snapshot itself, "
		"and\n"
		"returns when they are frozen.  Until 'writers thaw', snapshots do not notify the\n"
		"writers.  If a writer stays frozen beyond its limit, it thaws, and so do all "
		"others.",
	.examples = "  snaprig writers freeze mnt && touch mnt/snapshots/s0; "
		    "snaprig writers thaw mnt\n",
	.exits = ASK_EXITS,
	.asks = ASK_WRITERS("writers.freeze"),
};

static const struct command_line thaw = {
	.name = "writers thaw",
	.summary = "thaw all writers",
	.operands = { ASK_MNT },
	.options = ask_json_options,
	.about = "Thaws the writers that 'writers freeze' froze, or that a thaw did not reach.  If "
		 "no\n"
		 "writer is frozen any more, it says why: do not rely on a snapshot taken in "
		 "between.",
	.examples = "  snaprig writers thaw mnt\n",
	.exits = ASK_EXITS,
	.asks = ASK_WRITERS("writers.thaw"),
};

static const struct command_line notify = {
	.name = "writers notify",
	.summary = "notify the writers of an event outside a snapshot",
	.operands = { ASK_MNT, { "EVENT", COMMAND_CHOICE,
				       "identify backup-complete pre-restore "
				       "post-restore backup-shutdown abort",
				       "event" } },
	.options = ask_json_options,
	.about = "Notifies all writers of an event that a requester sends outside a snapshot: "
		 "identify,\n"
		 "backup-complete, pre-restore, post-restore, backup-shutdown, abort.  abort also "
		 "ends the\n"
		 "set of a requester that has died, which keeps all others out (0x80042316).",
	.examples = "  snaprig writers notify mnt backup-complete\n"
		    "  snaprig writers notify mnt abort\n",
	.exits = ASK_EXITS,
	.asks = ASK_WRITERS("writers.notify"),
};

const struct command_line *const writers_actions[] = {
	&list,
	&add,
	&remove_one,
	&kill_one,
	&freeze,
	&thaw,
	&notify,
	NULL,
};
