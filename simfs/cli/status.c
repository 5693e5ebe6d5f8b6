/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/whole_file.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/metrics.h"
#include "simfs/cli/table.h"

struct values {
	bool json;
	bool metrics;
	const char *output;
};

static void print(const json_t *status, const struct values *values, FILE *file)
{
	if (values->json)
		json_output_write(status, JSON_OUTPUT_FLAGS, file);
	else if (values->metrics)
		cli_metrics_print(status, file);
	else
		cli_table_status(status, file);
}

/* Replaces the file with the whole text, or leaves it alone. */
static int save(const json_t *status, const struct values *values)
{
	AUTO(auto_free) char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	if (!file) {
		log_error("out of memory");
		return EXIT_RIG;
	}
	print(status, values, file);
	fclose(file);

	int error = whole_file_write(values->output, text, length);

	if (error == 0)
		return EXIT_MET;
	log_error_code(error, "cannot write '%s'", values->output);
	return EXIT_RIG;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct command_question question = { .command = "status" };
	struct values values = { 0 };
	json_t *status = NULL;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	/* Collecting metrics only observes. */
	if (values.metrics)
		question.command = "peek";
	exit_code = cli_call(argv[1], &question, NULL, &status);
	if (exit_code == EXIT_MET && values.output) {
		exit_code = save(status, &values);
	} else if (exit_code == EXIT_MET) {
		print(status, &values, stdout);
		exit_code = command_line_finish();
	}
	json_decref(status);
	return exit_code;
}

static const struct command_option options[] = {
	{ "json", NULL, "print the object of MNT/.snaprig/status.json", .excludes = "metrics",
		.offset = offsetof(struct values, json) },
	{ "metrics", NULL, "print metrics in the text format of Prometheus",
		.offset = offsetof(struct values, metrics) },
	{ "output", "FILE", "write to FILE, replacing it at once", .kind = COMMAND_FILE,
		.offset = offsetof(struct values, output) },
	{ 0 },
};

const struct command_line status_command = {
	.name = "status",
	.summary = "show snapshots, gauges and counters of a volume",
	.operands = { ASK_MNT },
	.options = options,
	.about = "Shows the volume mounted on MNT: its snapshots and their states, its gauges and "
		 "its\n"
		 "counters.",
	.examples =
		"  snaprig status mnt\n"
		"  snaprig status mnt --json | jq '.snapshots[] | select(.state == \"failed\")'\n"
		"  snaprig status mnt --metrics --output /var/lib/node_exporter/snaprig.prom\n",
	.exits = ASK_EXITS,
	.run = run,
};
