/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>

#include "simfs/base/exit_code.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/volume_commands.h"

struct set_values {
	bool real;
	const char *size;
};

static const struct cli_option set_options[] = {
	{ "real", NULL,
		"of memory.used: do not feign it; take memory in a cgroup until it\n"
		"reads VALUE (10% to 95%); needs root",
		offsetof(struct set_values, real) },
	{ "size", "SIZE", "the limit of that cgroup: 32MiB to 1GiB (default 256MiB)",
		offsetof(struct set_values, size) },
	{ 0 },
};

static const struct cli set_cli = {
	.name = "gauge set",
	.arguments = "MNT GAUGE VALUE",
	.arguments_min = 3,
	.arguments_max = 3,
	.about =
		"Feigns a gauge: whatever watches it - rules with when=, moments of scenarios, a\n"
		"profile's memory guard - sees VALUE from now on.  The volume goes on counting: a\n"
		"chain is as deep as it is.\n"
		"'snaprig list gauges' names the gauges, 'snaprig status MNT' shows them.",
	.options = set_options,
	.examples = "  snaprig gauge set mnt memory.used 85%\n"
		    "  snaprig gauge set mnt memory.used 85% --real --size 64MiB\n",
	.exits = CLI_EXITS "  77   --real: a privilege or the memory controller is missing\n",
};

static const struct cli release_cli = {
	.name = "gauge release",
	.arguments = "MNT GAUGE",
	.arguments_min = 2,
	.arguments_max = 2,
	.about = "Ends what 'snaprig gauge set' began: the gauge is measured again, and memory "
		 "that\n"
		 "was taken is given back.",
	.examples = "  snaprig gauge release mnt memory.used\n",
	.exits = CLI_EXITS,
};

static int run_set(int argc, char **argv)
{
	struct set_values values = { 0 };
	json_t *arguments;
	size_t count;
	int exit_code = cli_parse(&set_cli, argc, argv, &values, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	arguments = cli_pack("{s:s, s:s, s:b, s:s*}", "gauge", argv[2], "value", argv[3], "real",
		(int)values.real, "size", values.size);
	return cli_call_or_skip(argv[1], "gauge.set", arguments, NULL);
}

static int run_release(int argc, char **argv)
{
	size_t count;
	int exit_code = cli_parse(&release_cli, argc, argv, NULL, &count);

	if (exit_code != CLI_GO_ON)
		return exit_code;
	return cli_call(argv[1], "gauge.release", cli_pack("{s:s}", "gauge", argv[2]), NULL);
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
