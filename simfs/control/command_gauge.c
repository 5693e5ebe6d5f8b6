/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "simfs/control/cli.h"
#include "simfs/control/cli_commands.h"
#include "simfs/control/protocol.h"

static const struct cli set_cli = {
	.name = "gauge set",
	.arguments = "MNT GAUGE VALUE",
	.arguments_min = 3,
	.arguments_max = 3,
	.about = "Feigns a gauge: from now on the volume acts as if it had measured VALUE.\n"
		 "'snaprig list gauges' names the gauges, 'snaprig status MNT' shows them.",
	.examples = "  snaprig gauge set mnt memory.used 85%\n",
	.exits = CLI_EXITS,
};

static const struct cli release_cli = {
	.name = "gauge release",
	.arguments = "MNT GAUGE",
	.arguments_min = 2,
	.arguments_max = 2,
	.about = "Ends what 'snaprig gauge set' began: the gauge is measured again.",
	.examples = "  snaprig gauge release mnt memory.used\n",
	.exits = CLI_EXITS,
};

static int run_set(int argc, char **argv)
{
	size_t count;
	int exit_code = cli_parse(&set_cli, argc, argv, NULL, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	return cli_call(argv[1], "gauge.set",
		json_pack("{s:s, s:s}", "gauge", argv[2], "value", argv[3]), NULL);
}

static int run_release(int argc, char **argv)
{
	size_t count;
	int exit_code = cli_parse(&release_cli, argc, argv, NULL, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	return cli_call(argv[1], "gauge.release", json_pack("{s:s}", "gauge", argv[2]), NULL);
}

static const struct cli_action actions[] = {
	{ "set", "feign a measured quantity", run_set },
	{ "release", "measure it again", run_release },
	{ 0 },
};

int command_gauge(int argc, char **argv)
{
	return cli_run_action("gauge", actions, argc, argv);
}
