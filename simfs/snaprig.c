/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snaprig.c - main(): a table of subcommands.  Each lives with what it commands.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/cli/commands.h"
#include "scenarios/clients/reference.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"
#include "simfs/children/pressure.h"
#include "simfs/children/writer_child.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/commands.h"
#include "simfs/cli/volume_commands.h"
#include "simfs/control/version.h"

struct subcommand {
	const char *name;
	const char *arguments;
	const char *about;
	int (*run)(int argc, char **argv);
};

/* A row without run() is a heading of the help. */
static const struct subcommand subcommands[] = {
	{ "volumes", NULL, NULL, NULL },
	{ "create", "IMAGE --size SIZE", "make an image for a volume", command_create },
	{ "mount", "IMAGE MNT", "mount a volume", command_mount },
	{ "verify", "IMAGE", "read and check all of it, unmounted", command_verify },
	{ "umount", "MNT", "unmount it, and wait until it is on disk", command_umount },
	{ "status", "MNT", "show its snapshots, gauges and counters", command_status },
	{ "events", "MNT", "show what happened, or follow it", command_events },
	{ "snapshot", "create|clone|delete|list|changed MNT", "take and delete snapshots",
		command_snapshot },
	{ "coalesce", "MNT", "make a chain of nodes shorter", command_coalesce },
	{ "datto", "ctl|mount|umount MNT ...", "what dattobd's tool and its file system do",
		command_datto },
	{ "fault", "add|list|remove|clear|release MNT ...", "break it at an exact moment",
		command_fault },
	{ "writers", "list|add|remove|kill|freeze|... MNT",
		"the applications that freeze for a snapshot", command_writers },
	{ "gauge", "set|release MNT GAUGE", "feign a measured quantity, or press memory",
		command_gauge },

	{ "scenarios", NULL, NULL, NULL },
	{ "run", "SCENARIO|DIR...", "run scenarios, judge the clients", command_run },
	{ "replay", "RECORD", "run a recorded scenario again, fault by fault", command_replay },
	{ "shrink", "RECORD", "find the fewest faults that lead to its verdict", command_shrink },
	{ "validate", "SCENARIO|DIR...", "find mistakes in scenarios", command_validate },
	{ "demo", "", "one COW overflow, every client, one table", command_demo },

	{ "the reference client", NULL, NULL, NULL },
	{ "backup", "[--take] SNAPSHOT OUT", "back a snapshot up", command_backup },
	{ "restore", "BACKUP OUT", "restore it", command_restore },

	{ "this machine", NULL, NULL, NULL },
	{ "list", "profiles|points|gauges|scenarios|clients", "list what there is", command_list },
	{ "doctor", "", "tell what works here, and how to get the rest", command_doctor },
};

#define SUBCOMMAND_COUNT (sizeof subcommands / sizeof subcommands[0])

static void print_help(FILE *file)
{
	fputs("usage: snaprig COMMAND [ARGUMENT]...\n"
	      "\n"
	      "A test rig on which snapshots fail the way real ones fail.\n",
		file);
	for (size_t at = 0; at < SUBCOMMAND_COUNT; at++) {
		const struct subcommand *row = &subcommands[at];
		char left[64];

		if (!row->run) {
			fprintf(file, "\n%s:\n", row->name);
			continue;
		}
		snprintf(left, sizeof left, "%s %s", row->name, row->arguments);
		fprintf(file, "  %-40s %s\n", left, row->about);
	}
	fputs("\n"
	      "'snaprig COMMAND --help' tells more of one; 'snaprig --version' tells the "
	      "version.\n",
		file);
}

static const struct subcommand *find_subcommand(const char *name)
{
	for (size_t at = 0; at < SUBCOMMAND_COUNT; at++)
		if (subcommands[at].run && strcmp(subcommands[at].name, name) == 0)
			return &subcommands[at];
	return NULL;
}

static int report_unknown(const char *name)
{
	const char *known[SUBCOMMAND_COUNT];
	size_t count = 0;

	for (size_t at = 0; at < SUBCOMMAND_COUNT; at++)
		if (subcommands[at].run)
			known[count++] = subcommands[at].name;

	const char *near = suggest_near(name, known, count);

	if (near)
		log_error("unknown command '%s' (did you mean '%s'?)", name, near);
	else
		log_error("unknown command '%s' (see 'snaprig --help')", name);
	return EXIT_USAGE;
}

static int run_help(int argc, char **argv)
{
	const struct subcommand *subcommand;

	if (argc < 2 || argv[1][0] == '-') {
		print_help(stdout);
		return cli_finish_output();
	}
	subcommand = find_subcommand(argv[1]);
	if (!subcommand)
		return report_unknown(argv[1]);

	/* "help snapshot create" is "snapshot create --help". */
	char **arguments = calloc((size_t)argc + 1, sizeof *arguments);
	char help[] = "--help";

	if (!arguments) {
		log_error("out of memory");
		return EXIT_RIG;
	}
	memcpy(arguments, argv + 1, ((size_t)argc - 1) * sizeof *arguments);
	arguments[argc - 1] = help;

	int exit_code = subcommand->run(argc, arguments);

	free(arguments);
	return exit_code;
}

static int print_version(void)
{
	puts("snaprig " SNAPRIG_VERSION);
	return cli_finish_output();
}

/*
 * Whoever starts us may have closed what messages go to.  The next file to be opened,
 * an image, say, would take its place, and the messages.
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
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
		return run_help(argc - 1, argv + 1);
	if (strcmp(name, "--version") == 0)
		return print_version();

	/* What a rig starts, and nobody else. */
	if (strcmp(name, PRESSURE_CHILD) == 0)
		return pressure_child(argc - 1, argv + 1);
	if (strcmp(name, WRITER_CHILD) == 0)
		return writer_child(argc - 1, argv + 1);

	const struct subcommand *subcommand = find_subcommand(name);

	if (!subcommand)
		return report_unknown(name);
	return subcommand->run(argc - 1, argv + 1);
}
