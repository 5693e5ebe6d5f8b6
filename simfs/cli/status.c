/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/metrics.h"
#include "simfs/cli/table.h"
#include "simfs/cli/volume_commands.h"

struct values {
	bool json;
	bool metrics;
};

static const struct cli_option options[] = {
	{ "json", NULL, "print the object of MNT/.snaprig/status.json",
		offsetof(struct values, json) },
	{ "metrics", NULL, "print it as metrics, in the text format of Prometheus",
		offsetof(struct values, metrics) },
	{ 0 },
};

static const struct cli cli = {
	.name = "status",
	.arguments = "MNT",
	.arguments_min = 1,
	.arguments_max = 1,
	.about = "Shows the volume that is mounted on MNT: its snapshots and what became of them,\n"
		 "its gauges and counters.",
	.options = options,
	.examples =
		"  snaprig status mnt\n"
		"  snaprig status mnt --json | jq '.snapshots[] | select(.state == \"failed\")'\n"
		"  snaprig status mnt --metrics >/var/lib/node_exporter/snaprig.prom\n",
	.exits = CLI_EXITS,
};

int command_status(int argc, char **argv)
{
	struct values values = { 0 };
	json_t *status = NULL;
	size_t count;
	int exit_code = cli_parse(&cli, argc, argv, &values, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	if (values.json && values.metrics) {
		log_error("'--json' and '--metrics' exclude each other");
		return EXIT_USAGE;
	}

	exit_code = cli_call(argv[1], "status", NULL, &status);
	if (exit_code != EXIT_MET)
		return exit_code;

	if (values.json) {
		exit_code = cli_print_json(status);
	} else {
		if (values.metrics)
			cli_metrics_print(status, stdout);
		else
			cli_table_status(status, stdout);
		exit_code = cli_finish_output();
	}
	json_decref(status);
	return exit_code;
}
