/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/ask.h"
#include "simfs/cli/command_table.h"

static const struct command_option set_options[] = {
	{ "real", NULL,
		"for memory.used: do not feign it, but use memory in a cgroup until it reads "
		"VALUE (10% to 95%); needs root",
		.argument = "real" },
	{ "size", "SIZE", "the limit of that cgroup: 32MiB to 1GiB (default 256MiB)", COMMAND_SIZE,
		.argument = "size" },
	ASK_JSON,
	{ 0 },
};

static const struct command_line set = {
	.name = "gauge set",
	.summary = "feign a gauge",
	.operands = { ASK_MNT, { "GAUGE", COMMAND_LISTED, "gauges", "gauge" },
		{ "VALUE", COMMAND_TEXT, NULL, "value" } },
	.options = set_options,
	.about = "Feigns a gauge: everything that looks at it - rules with when=, moments of "
		 "scenarios, a\n"
		 "profile's memory guard - sees VALUE from now on.  What it measures does not "
		 "change: a\n"
		 "chain stays as deep as it is.\n"
		 "'snaprig list gauges' lists the gauges, 'snaprig status MNT' shows their values.",
	.examples = "  snaprig gauge set mnt memory.used 85%\n"
		    "  snaprig gauge set mnt memory.used 85% --real --size 64MiB\n",
	.exits = "  0    done\n"
		 "  2    the command line, or what it names, is wrong\n"
		 "  4    the rig or the machine failed\n"
		 "  77   --real: a privilege or the memory controller is missing\n"
		 "  124  the volume did not answer in time\n",
	.asks = &(const struct command_question){ .command = "gauge.set", .may_skip = true },
};

static const struct command_line release = {
	.name = "gauge release",
	.summary = "measure a gauge again",
	.operands = { ASK_MNT, { "GAUGE", COMMAND_LISTED, "gauges", "gauge" } },
	.options = ask_json_options,
	.about = "Ends the effect of 'snaprig gauge set': the gauge is measured again, and memory "
		 "that was\n"
		 "taken is given back.",
	.examples = "  snaprig gauge release mnt memory.used\n",
	.exits = ASK_EXITS,
	.asks = &(const struct command_question){ .command = "gauge.release" },
};

const struct command_line *const gauge_actions[] = {
	&set,
	&release,
	NULL,
};
