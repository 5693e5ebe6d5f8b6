/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"
#include "simfs/cli/ask.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/command_table.h"

/* A file name becomes an absolute path, which is what the driver would get. */
static json_t *word_json(const char *word)
{
	AUTO(auto_free) char *path = *word == '-' ? NULL : realpath(word, NULL);

	return json_string(path ? path : word);
}

static const char commands[] = "setup-snapshot reload-snapshot reload-incremental destroy "
			       "transition-to-incremental transition-to-snapshot reconfigure "
			       "expand-cow-file reconfigure-auto-expand help";

static bool is_command(const char *word)
{
	size_t length = strlen(word);

	for (const char *at = commands; *at;) {
		size_t end = strcspn(at, " ");

		if (end == length && strncmp(at, word, end) == 0)
			return true;
		at += end + (at[end] == ' ');
	}
	return false;
}

/* dbdctl itself only prints its usage. */
static void tell_unknown(const char *word)
{
	char hint[SUGGEST_HINT_BYTES];

	log_error_of(-EINVAL, "dbdctl has no command '%s' (%s)", word,
		suggest_hint_of_list(
			word, commands, "'snaprig datto ctl MNT help' shows them", hint));
}

static int run_ctl(const struct command_line *line, int argc, char **argv)
{
	json_t *said = NULL, *words;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, NULL, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	words = json_array();
	for (size_t i = 2; i <= count; i++) {
		if (json_array_append_new(words, word_json(argv[i])) < 0) {
			log_error("'%s' is no UTF-8", argv[i]);
			json_decref(words);
			return EXIT_USAGE;
		}
	}
	exit_code = cli_call(argv[1], ASK("datto.ctl"), cli_pack("{s:o}", "words", words), &said);
	if (exit_code == EXIT_MET) {
		const char *error = json_string_value(json_object_get(said, "stderr"));

		if (error && *error)
			fprintf(stderr, "%s\n", error);
		fputs(json_string_value(json_object_get(said, "stdout")), stdout);
		exit_code = command_line_finish();
		if (!is_command(argv[2]))
			tell_unknown(argv[2]);
	}
	if (exit_code == EXIT_MET)
		exit_code = (int)json_integer_value(json_object_get(said, "exit"));
	json_decref(said);
	return exit_code;
}

/* The words belong to dbdctl, dashes included. */
static const struct command_line ctl = {
	.name = "datto ctl",
	.summary = "do and answer what dbdctl would",
	.operands = { ASK_MNT, { "COMMAND", COMMAND_CHOICE, commands, NULL },
		{ "[ARG ...]", COMMAND_FILE, NULL, NULL } },
	.about = "Does and answers what dbdctl would, for the volume mounted on MNT with --profile "
		 "datto\n"
		 "or actiphy; its block device is MNT/live.  The driver's log is "
		 "MNT/.snaprig/kernel.log,\n"
		 "its state is MNT/.snaprig/datto-info.  The snapshot with minor N is\n"
		 "MNT/snapshots/dattoN; a snapshot taken with 'touch' has minor 0.",
	.examples = "  snaprig datto ctl mnt setup-snapshot mnt/live /mnt/.datto 0\n"
		    "  snaprig datto ctl mnt transition-to-incremental 0\n"
		    "  snaprig datto ctl mnt transition-to-snapshot -f 64 /mnt/.datto1 0\n"
		    "  snaprig datto ctl mnt help\n",
	.exits = "  0    done\n"
		 "  2    MNT is wrong, or its profile has no dattobd\n"
		 "  4    the rig or the machine failed\n"
		 "  255  as dbdctl: the command line is wrong, or the driver returned an error\n",
	.takes_words = true,
	.run = run_ctl,
};

static const struct command_line mount_again = {
	.name = "datto mount",
	.summary = "act as if the file system on the volume were mounted again",
	.operands = { ASK_MNT },
	.options = ask_json_options,
	.about = "Acts as if the file system on the volume were mounted again: a dormant snapshot "
		 "becomes\n"
		 "active again.",
	.examples = "  snaprig datto mount mnt\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "datto.file_system",
		.says = { "mounted", true } },
};

static const struct command_line umount_it = {
	.name = "datto umount",
	.summary = "act as if it were unmounted: the snapshot becomes dormant",
	.operands = { ASK_MNT },
	.options = ask_json_options,
	.about = "Acts as if the file system on the volume were unmounted: the snapshot is "
		 "dormant, reads\n"
		 "of it fail with EIO, and nothing is traced.  What is written to MNT/live then "
		 "changes\n"
		 "the snapshot, as with the real driver.",
	.examples = "  snaprig datto umount mnt\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "datto.file_system",
		.says = { "mounted", false } },
};

const struct command_line *const datto_actions[] = {
	&ctl,
	&mount_again,
	&umount_it,
	NULL,
};
