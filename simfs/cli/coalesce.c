/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/progress_bar.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/command_table.h"

/* How often to poll a worker. */
#define ASK_EVERY_US 50000

struct values {
	bool wait, abort, json;
};

static const char *chain_text(json_t *status, const char *name)
{
	json_t *chain = json_object_get(status, "chain");
	const char *text = json_string_value(
		json_object_get(json_object_get(chain, "coalesce"), name));

	return text ? text : "";
}

static void show_progress(json_t *status)
{
	json_t *coalesce = json_object_get(json_object_get(status, "chain"), "coalesce");

	progress_bar_set_total(
		(uint64_t)json_integer_value(json_object_get(coalesce, "total_bytes")));
	progress_bar_set((uint64_t)json_integer_value(json_object_get(coalesce, "done_bytes")));
}

/* Polls until the worker is idle; *STATUS is then the last answer. */
static int wait_idle(const char *mount_point, json_t **status)
{
	int exit_code = EXIT_MET;

	progress_bar_begin("coalesce", NULL, 0);
	while (exit_code == EXIT_MET && strcmp(chain_text(*status, "state"), "idle") != 0) {
		json_decref(*status);
		*status = NULL;
		usleep(ASK_EVERY_US);
		exit_code = cli_call(mount_point, ASK("status"), NULL, status);
		show_progress(*status);
	}
	progress_bar_end();
	return exit_code;
}

static int report(json_t *status, const struct values *values)
{
	const char *message = chain_text(status, "message");

	if (values->json) {
		int exit_code = json_output_print(json_object_get(status, "chain"));

		if (exit_code != EXIT_MET)
			return exit_code;
	}
	if (!values->wait || *message == '\0')
		return EXIT_MET;
	log_error("cannot coalesce: %s", message);
	return EXIT_RIG;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	json_t *status = NULL;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	exit_code = cli_call(
		argv[1], ASK("coalesce"), cli_pack("{s:b}", "abort", (int)values.abort), &status);
	if (exit_code == EXIT_MET && values.wait)
		exit_code = wait_idle(argv[1], &status);
	if (exit_code == EXIT_MET)
		exit_code = report(status, &values);
	json_decref(status);
	return exit_code;
}

static const struct command_option options[] = {
	{ "wait", NULL, "wait until nothing more can be merged",
		.offset = offsetof(struct values, wait) },
	{ "abort", NULL, "stop the current merge", .excludes = "wait",
		.offset = offsetof(struct values, abort) },
	{ "json", NULL, "print the chain, as in the status",
		.offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line coalesce_command = {
	.name = "coalesce",
	.summary = "shorten a chain of nodes",
	.operands = { ASK_MNT },
	.options = options,
	.about = "Starts the worker that merges nodes of a chain into their parents, without "
		 "waiting for\n"
		 "the quiet period and despite --no-coalesce.  'snaprig status MNT' shows its "
		 "progress,\n"
		 "MNT/.snaprig/kernel.log its messages.",
	.examples =
		"  snaprig coalesce mnt\n"
		"  snaprig coalesce mnt --wait && snaprig status mnt --json | jq .chain.depth\n",
	.exits = "  0    started; with --wait: everything that can be merged has been merged\n"
		 "  2    the command line is wrong, or the volume has no chain\n"
		 "  4    with --wait: something could not be merged (the message says what); or\n"
		 "       the rig failed\n",
	.run = run,
};
