/* SPDX-License-Identifier: Apache-2.0 */
/* xapi_flatten.c - snaprig xapi flatten VHD OUT: writes a VHD and its parents as one disk. */
#include "simfs/base/exit_code.h"
#include "simfs/base/json_output.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/vhd_files.h"

struct values {
	const char *parents;
	bool json;
};

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	struct vhd_files files;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	exit_code = vhd_files_open(argv[1], values.parents, &files);
	if (exit_code != EXIT_MET)
		return exit_code;
	exit_code = vhd_files_flatten(&files, argv[2]);
	vhd_files_close(&files);
	return exit_code == EXIT_MET && values.json ? json_output_print_file("out", argv[2])
						    : exit_code;
}

static const struct command_option options[] = {
	{ "parents", "DIR", "also look for parents in this folder", COMMAND_FOLDER,
		.offset = offsetof(struct values, parents) },
	{ "json", NULL, "print what was made, as JSON", .offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line xapi_flatten_action = {
	.name = "xapi flatten",
	.summary = "turn a VHD and its parents into a disk image",
	.operands = { { "VHD", COMMAND_FILE, NULL, NULL }, { "OUT", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.about = "Reads a VHD - dynamic, fixed, or differencing with its parents - and writes the "
		 "content\n"
		 "of its disk to a new file OUT, which is sparse where the disk has no data.  It "
		 "looks for\n"
		 "a parent by uuid, first where the child says and then beside the child.  If "
		 "something is\n"
		 "wrong with a file, the message says where.",
	.examples = "  snaprig xapi flatten 20261128T003000Z.vhd disk.img\n",
	.exits = "  0    done\n"
		 "  2    VHD is not a VHD or is damaged, a parent is missing, or OUT exists "
		 "already\n"
		 "  4    the files could not be read or written\n",
	.run = run,
};
