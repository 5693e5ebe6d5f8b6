/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "simfs/cli/ask.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/table.h"

static int print_number(const json_t *answer, const char *field)
{
	printf("%" JSON_INTEGER_FORMAT "\n", json_integer_value(json_object_get(answer, field)));
	return command_line_finish();
}

static int print_id(json_t *answer)
{
	return print_number(answer, "id");
}

static int print_released(json_t *answer)
{
	return print_number(answer, "released");
}

static int print_list(json_t *answer)
{
	cli_table_faults(json_object_get(answer, "faults"), stdout);
	return command_line_finish();
}

static const struct command_line add = {
	.name = "fault add",
	.summary = "arm a fault",
	.operands = { ASK_MNT, { "RULE", COMMAND_RULE, NULL, "rule", true } },
	.options = ask_json_options,
	.about = "Arms a fault, and prints its number.  A rule is POINT ACTION TRIGGER...; quote "
		 "it if it\n"
		 "has characters that the shell interprets, such as >.  'snaprig list points' "
		 "lists the\n"
		 "points.\n"
		 "\n"
		 "actions:\n"
		 "  error=EIO  delay=20ms  hang  short=512  zero  stale  flip=1  tear=512  drop\n"
		 "  misdirect=4KiB  hole  data  lost  missing=1  added=1  fail-snapshot  crash\n"
		 "  reply=WORD (the answer of a door; 'list points --json' lists the words)\n"
		 "\n"
		 "triggers, all of which must hold:\n"
		 "  offset=24MiB..32MiB  snapshot=NAME  writer=NAME  when=store.used>=70%  "
		 "phase=NAME\n"
		 "  device=NAME  ioctl=table-load (device-mapper, through a door)\n"
		 "  method=VM.snapshot (XAPI, through a door)\n"
		 "  file=/PATH (exists)  from=10s  for=10s  after=100  every=10  chance=5%  "
		 "times=1\n"
		 "\n"
		 "An error with an offset means bad sectors: a read that reaches them ends before "
		 "them,\n"
		 "and the next read fails.  With 'whole', the read fails as a whole.\n"
		 "\n"
		 "At writer.*, snapshot.create and snapshot.commit an error can be a code of VSS:\n"
		 "error=0x800423f2.\n"
		 "\n"
		 "name=NAME gives the rule a name.  A new rule with the same name replaces it; "
		 "adding the\n"
		 "same rule again changes nothing.",
	.examples = "  snaprig fault add mnt snapshot.read error=EIO offset=24MiB..25MiB\n"
		    "  snaprig fault add mnt 'cow.store fail-snapshot when=store.used>=70%'\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "fault.add", .print = print_id },
};

static const struct command_line list = {
	.name = "fault list",
	.summary = "list the faults and what they did",
	.operands = { ASK_MNT },
	.options = ask_json_options,
	.about = "Lists the faults in the order in which they are evaluated, and how often their "
		 "point was\n"
		 "reached (SEEN), their filters matched (MATCHED) and they struck (FIRED).  A rule "
		 "that\n"
		 "depends on a clock, a file or the machine cannot be replayed.",
	.examples = "  snaprig fault list mnt\n"
		    "  snaprig fault list mnt --json | jq '.faults[].fired'\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "fault.list", .print = print_list },
};

static const struct command_line remove_one = {
	.name = "fault remove",
	.summary = "remove a fault",
	.operands = { ASK_MNT, { "NAME-OR-ID", COMMAND_FAULT, NULL, "fault" } },
	.options = ask_json_options,
	.about = "Removes a fault.  Operations that it delays or hangs continue.",
	.examples = "  snaprig fault remove mnt 1\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "fault.remove" },
};

static const struct command_line clear = {
	.name = "fault clear",
	.summary = "remove all faults",
	.operands = { ASK_MNT },
	.options = ask_json_options,
	.about = "Removes all faults.  Operations that they delay or hang continue.",
	.examples = "  snaprig fault clear mnt\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "fault.clear" },
};

static const struct command_line release = {
	.name = "fault release",
	.summary = "release everything that hangs",
	.operands = { ASK_MNT },
	.options = ask_json_options,
	.about = "Releases all operations that hang, and prints how many there were.  The faults "
		 "stay.",
	.examples = "  snaprig fault release mnt\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "fault.release",
		.print = print_released },
};

const struct command_line *const fault_actions[] = {
	&add,
	&list,
	&remove_one,
	&clear,
	&release,
	NULL,
};
