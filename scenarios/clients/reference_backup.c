/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdlib.h>

#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_pipeline.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

/* What was typed. */
struct values {
	const char *retry;
	bool takes;
};

/* The policy called NAME (NULL: the first), or NULL after a message. */
static const struct retry_policy *read_policy(const char *name)
{
	const struct retry_policy *policy = name ? retry_policy_find(name) : retry_policy_at(0);

	if (!policy)
		log_error("unknown retry policy '%s' (see 'snaprig backup --help')", name);
	return policy;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	const struct retry_policy *policy;
	struct values values = { 0 };
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	policy = read_policy(values.retry);
	if (!policy)
		return EXIT_USAGE;
	if (values.retry && !values.takes) {
		log_error("--retry is of a snapshot that is taken: --take is missing");
		return EXIT_USAGE;
	}
	return pipeline_backup(argv[1], argv[2], values.takes ? policy : NULL);
}

static const struct command_option options[] = {
	{ .name = "take",
		.offset = offsetof(struct values, takes),
		.about = "take the snapshot, MNT/snapshots/NAME of a mounted volume, which is\n"
			 "not there yet; look whether the volume's writers are well, and\n"
			 "delete it in the end" },
	{ .name = "retry",
		.value = "POLICY",
		.kind = COMMAND_CHOICE,
		.offset = offsetof(struct values, retry),
#define RETRY_POLICY(name, codes, tries, wait_seconds, about) name " "
		.choices =
#include "scenarios/clients/retry_policies.def"
			,
#undef RETRY_POLICY
#define RETRY_POLICY(name, codes, tries, wait_seconds, about) "\n" name ": " about
		.about = "when it cannot be taken, on the rig's clock (default none):"
#include "scenarios/clients/retry_policies.def"
	},
#undef RETRY_POLICY
	{ 0 },
};

const struct command_line backup_command = {
	.name = "backup",
	.summary = "back a snapshot up",
	.operands = { { .name = "SNAPSHOT", .kind = COMMAND_FILE },
		{ .name = "OUT", .kind = COMMAND_FILE } },
	.options = options,
	.about = "The reference client: reads the file SNAPSHOT in order and makes the backup OUT "
		 "and\n"
		 "OUT.manifest.  They appear when they are whole, or not at all.",
	.exits = "  0    done\n"
		 "  1    OUT could not be written\n"
		 "  2    the command line is wrong\n"
		 "  198  (the low byte of -314) SNAPSHOT could not be read\n"
		 "  201  (that of -311) SNAPSHOT could not be taken\n",
	.run = run,
};
