/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/volume_commands.h"

static const struct cli ctl_cli = {
	.name = "datto ctl",
	.arguments = "MNT COMMAND [ARG ...]",
	.arguments_min = 2,
	.arguments_max = 2,
	.about =
		"Does and answers what dbdctl would, for the volume that is mounted on MNT with\n"
		"--profile datto or actiphy; its block device is MNT/live.  What the driver logs\n"
		"is in MNT/.snaprig/kernel.log, its state in MNT/.snaprig/datto-info.  A snapshot\n"
		"of minor N is MNT/snapshots/dattoN; one that 'touch' took has minor 0.",
	.examples = "  snaprig datto ctl mnt setup-snapshot mnt/live /mnt/.datto 0\n"
		    "  snaprig datto ctl mnt transition-to-incremental 0\n"
		    "  snaprig datto ctl mnt transition-to-snapshot -f 64 /mnt/.datto1 0\n"
		    "  snaprig datto ctl mnt help\n",
	.exits = "  0    done\n"
		 "  2    MNT is wrong, or its profile has no dattobd\n"
		 "  4    the rig or the machine failed\n"
		 "  255  as dbdctl: the command line is wrong, or the driver returned an error\n",
};

static const struct cli mount_cli = {
	.name = "datto mount",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about = "Stands for mounting the file system on the volume again: a dormant snapshot is\n"
		 "active again.",
	.exits = CLI_EXITS,
};

static const struct cli umount_cli = {
	.name = "datto umount",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about = "Stands for unmounting the file system on the volume: the snapshot is dormant,\n"
		 "reads of it fail with EIO, and nothing is traced: what is written to MNT/live\n"
		 "then changes the snapshot, as it would with the driver.",
	.exits = CLI_EXITS,
};

/* What names a file is what the driver would be given: an absolute path. */
static json_t *word_json(const char *word)
{
	AUTO(auto_free) char *path = *word == '-' ? NULL : realpath(word, NULL);

	return json_string(path ? path : word);
}

static int run_ctl(int argc, char **argv)
{
	json_t *said = NULL;
	size_t count;
	bool asks_for_help = argc > 1 && strcmp(argv[1], "--help") == 0;
	/* The words are dbdctl's, dashes and all. */
	int exit_code = asks_for_help || argc < 3
				? cli_parse(&ctl_cli, argc < 3 ? argc : 2, argv, NULL, &count)
				: CLI_GO_ON;

	if (exit_code != CLI_GO_ON)
		return exit_code;

	json_t *words = json_array();

	for (int i = 2; i < argc; i++) {
		if (json_array_append_new(words, word_json(argv[i])) < 0) {
			log_error("'%s' is no UTF-8", argv[i]);
			json_decref(words);
			return EXIT_USAGE;
		}
	}
	exit_code = cli_call(argv[1], "datto.ctl", cli_pack("{s:o}", "words", words), &said);
	if (exit_code == EXIT_MET) {
		const char *error = json_string_value(json_object_get(said, "stderr"));

		if (error && *error)
			fprintf(stderr, "%s\n", error);
		fputs(json_string_value(json_object_get(said, "stdout")), stdout);
		exit_code = cli_finish_output();
	}
	if (exit_code == EXIT_MET)
		exit_code = (int)json_integer_value(json_object_get(said, "exit"));
	json_decref(said);
	return exit_code;
}

static int file_system(const struct cli *cli, int argc, char **argv, bool mounted)
{
	size_t count;
	int exit_code = cli_parse(cli, argc, argv, NULL, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	return cli_call(
		argv[1], "datto.file_system", cli_pack("{s:b}", "mounted", (int)mounted), NULL);
}

static int run_mount(int argc, char **argv)
{
	return file_system(&mount_cli, argc, argv, true);
}

static int run_umount(int argc, char **argv)
{
	return file_system(&umount_cli, argc, argv, false);
}

static const struct cli_action actions[] = {
	{ "ctl", "what dbdctl would do and answer", run_ctl },
	{ "mount", "as if the file system on the volume were mounted again", run_mount },
	{ "umount", "as if it were unmounted: the snapshot is dormant", run_umount },
	{ 0 },
};

int command_datto(int argc, char **argv)
{
	return cli_run_action("datto", actions, argc, argv);
}
