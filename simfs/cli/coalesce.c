/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/volume_commands.h"

/* How often a worker that is waited for is asked. */
#define ASK_EVERY_US 50000

struct values {
	bool wait, abort, json;
};

static const struct cli_option options[] = {
	{ "wait", NULL, "wait until nothing more can be merged", offsetof(struct values, wait) },
	{ "abort", NULL, "stop a merge that is under way", offsetof(struct values, abort) },
	{ "json", NULL, "print the chain of the status", offsetof(struct values, json) },
	{ 0 },
};

static const struct cli cli = {
	.name = "coalesce",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about = "Starts the worker that merges nodes of a chain into their parents, without the\n"
		 "quiet period and in spite of --no-coalesce.  'snaprig status MNT' shows how far\n"
		 "it is, MNT/.snaprig/kernel.log what it says.",
	.options = options,
	.examples =
		"  snaprig coalesce mnt\n"
		"  snaprig coalesce mnt --wait && snaprig status mnt --json | jq .chain.depth\n",
	.exits = "  0    begun; with --wait: all is merged that can be\n"
		 "  2    the command line is wrong, or the volume has no chain\n"
		 "  4    with --wait: something could not be merged (the message says what); or\n"
		 "       the rig failed\n",
};

static const char *chain_text(json_t *status, const char *name)
{
	json_t *chain = json_object_get(status, "chain");
	const char *text = json_string_value(
		json_object_get(json_object_get(chain, "coalesce"), name));

	return text ? text : "";
}

/* Asks until the worker is idle; *STATUS is then the last answer. */
static int wait_idle(const char *mount_point, json_t **status)
{
	int exit_code = EXIT_MET;

	while (exit_code == EXIT_MET && strcmp(chain_text(*status, "state"), "idle") != 0) {
		json_decref(*status);
		*status = NULL;
		usleep(ASK_EVERY_US);
		exit_code = cli_call(mount_point, "status", NULL, status);
	}
	return exit_code;
}

static int report(json_t *status, const struct values *values)
{
	const char *message = chain_text(status, "message");

	if (values->json) {
		int exit_code = cli_print_json(json_object_get(status, "chain"));

		if (exit_code != EXIT_MET)
			return exit_code;
	}
	if (!values->wait || *message == '\0')
		return EXIT_MET;
	log_error("cannot coalesce: %s", message);
	return EXIT_RIG;
}

int command_coalesce(int argc, char **argv)
{
	struct values values = { 0 };
	json_t *status = NULL;
	size_t count;
	int exit_code = cli_parse(&cli, argc, argv, &values, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	if (values.abort && values.wait) {
		log_error("'--abort' and '--wait' exclude each other");
		return EXIT_USAGE;
	}
	exit_code = cli_call(
		argv[1], "coalesce", cli_pack("{s:b}", "abort", (int)values.abort), &status);
	if (exit_code == EXIT_MET && values.wait)
		exit_code = wait_idle(argv[1], &status);
	if (exit_code == EXIT_MET)
		exit_code = report(status, &values);
	json_decref(status);
	return exit_code;
}
