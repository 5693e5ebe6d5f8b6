/* SPDX-License-Identifier: Apache-2.0 */
/* xapi_flatten.c - snaprig xapi flatten VHD OUT: a VHD and its parents as the disk that they are */
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
	{ "parents", "DIR", "look for parents here, too", COMMAND_FOLDER,
		.offset = offsetof(struct values, parents) },
	{ "json", NULL, "print what was made, as JSON", .offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line xapi_flatten_action = {
	.name = "xapi flatten",
	.summary = "make of a VHD, and its parents, the disk that it is",
	.operands = { { "VHD", COMMAND_FILE, NULL, NULL }, { "OUT", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.about = "Reads a VHD - dynamic, fixed, or differencing with its parents - and writes the\n"
		 "content of its disk into a new file OUT, sparse where there is none.  A parent\n"
		 "is looked for where its child says, and beside it, by its uuid.  What is wrong\n"
		 "with a file is an error that says where.",
	.examples = "  snaprig xapi flatten 20261128T003000Z.vhd disk.img\n",
	.exits = "  0    OUT is the disk\n"
		 "  2    no VHD, a damaged one, a parent that is missing, or OUT is there already\n"
		 "  4    the files could not be read or written\n",
	.run = run,
};
