/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "simfs/cli/ask.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/metrics.h"
#include "simfs/cli/table.h"

static int print_status(json_t *status)
{
	cli_table_status(status, stdout);
	return command_line_finish();
}

static int print_metrics(json_t *status)
{
	cli_metrics_print(status, stdout);
	return command_line_finish();
}

static const struct command_option options[] = {
	{ "json", NULL, "print the object of MNT/.snaprig/status.json", .excludes = "metrics",
		.print = json_output_print },
	{ "metrics", NULL, "print it as metrics, in the text format of Prometheus",
		.print = print_metrics },
	{ 0 },
};

const struct command_line status_command = {
	.name = "status",
	.summary = "show its snapshots, gauges and counters",
	.operands = { ASK_MNT },
	.options = options,
	.about = "Shows the volume that is mounted on MNT: its snapshots and what became of them,\n"
		 "its gauges and counters.",
	.examples =
		"  snaprig status mnt\n"
		"  snaprig status mnt --json | jq '.snapshots[] | select(.state == \"failed\")'\n"
		"  snaprig status mnt --metrics >/var/lib/node_exporter/snaprig.prom\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "status", .print = print_status },
};
