/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snaprig.c - main(); the commands are in cli/command_table.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/exit_code.h"
#include "simfs/children/pressure.h"
#include "simfs/children/writer_child.h"
#include "simfs/cli/command_table.h"
#include "simfs/control/version.h"

static int print_version(void)
{
	puts("snaprig " SNAPRIG_VERSION);
	return command_line_finish();
}

/*
 * The starter may have closed the standard descriptors.  Without this, the next file opened, such
 * as an image, would take the place of stderr and receive the messages.
 */
static void fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			(void)!open("/", O_PATH);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	fill_standard_descriptors();
	if (!name) {
		command_table_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		return print_version();

	/* Only started by a rig. */
	if (strcmp(name, PRESSURE_CHILD) == 0)
		return pressure_child(argc - 1, argv + 1);
	if (strcmp(name, WRITER_CHILD) == 0)
		return writer_child(argc - 1, argv + 1);
	return command_table_run(argc, argv);
}
