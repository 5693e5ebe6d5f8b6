/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c - snaprig check: any client, on a snapshot that breaks.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/cli/check_arguments.h"
#include "scenarios/cli/check_failures.h"
#include "scenarios/cli/commands.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

static int run_one(const struct check_arguments *arguments)
{
	struct failure *failure = NULL;
	struct check_result result;
	int code = check_failure_load(arguments, &failure);

	if (code != EXIT_MET)
		return code;

	AUTO(auto_free)
	char *profile = failure ? check_failure_profile(arguments, failure) : NULL;
	const char *missing = failure ? check_failure_missing(failure, arguments->gives) : NULL;

	if (missing) {
		log_error("failure '%s' needs %s", failure->scenario.name, missing);
		failure_destroy(failure);
		return EXIT_SKIPPED;
	}
	check_run(arguments, failure, profile, &result);
	if (!interrupt_seen()) {
		if (arguments->as_json)
			code = check_json_print(check_json(&result));
		else
			check_print(&result);
	}
	code = code == EXIT_MET ? result.code : code;
	check_result_deinit(&result);
	return code;
}

static int run_all(const struct check_arguments *arguments)
{
	json_t *results = json_array();
	int code = check_all(arguments, results);

	if (arguments->as_json && !interrupt_seen() && code != EXIT_USAGE) {
		int printed = check_json_print(
			json_pack("{s:i, s:O}", "code", code, "results", results));

		code = printed == EXIT_MET ? code : printed;
	}
	json_decref(results);
	return code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct check_arguments arguments = { 0 };
	int code = check_arguments_read(line, argc, argv, &arguments);

	if (code == COMMAND_GO_ON) {
		/* What a failure may spoil must exist before it. */
		arguments.steady |= arguments.has_repository;
		interrupt_watch();
		code = arguments.failure && strcmp(arguments.failure, "all") == 0
			       ? run_all(&arguments)
			       : run_one(&arguments);
	}
	check_arguments_deinit(&arguments);
	interrupt_obey();
	return code;
}

#define AT(field) .offset = offsetof(struct check_arguments, field)

static const struct command_option options[] = {
	{ "failure", "NAME|FILE|all",
		"what happens ('snaprig list failures'), the path of a failure file, or "
		"all: every failure that this machine can bring about",
		COMMAND_LISTED, "failures all FILE", AT(failure) },
	{ "at", "MOMENT",
		"when it happens, instead of the default: 'read.progress>=50%'; or where, "
		"for a failure that strikes at an offset: 'offset>=512KiB'",
		COMMAND_TEXT, AT(at) },
	{ "fault", "RULE...",
		"a fault, armed before the snapshot is taken; may be repeated "
		"('snaprig fault add --help')",
		COMMAND_RULE, NULL, AT(faults) },
#include "scenarios/cli/check_options.def"
	{ "steady", NULL, "run CMD without the failure first; always done with {repo}",
		AT(steady) },
	{ "keeps", "N",
		"CMD keeps the latest N backups; without this option, every backup that was "
		"right must still restore after later ones",
		COMMAND_NUMBER, AT(keeps_text) },
	{ "json", NULL, "print one JSON object", AT(as_json) },
	{ 0 },
};

const struct command_line check_command = {
	.name = "check",
	.summary = "test any backup tool on a snapshot that breaks",
	.options = options,
	.command = "CMD...",
	.about = "Runs the backup tool CMD on a snapshot, breaks the snapshot meanwhile, restores\n"
		 "the backup, and compares it with the content of the snapshot.  Reports whether "
		 "CMD\n"
		 "noticed the failure, told the truth and cleaned up, and whether the remedy "
		 "helped.\n"
		 "Also reports how CMD read the snapshot and what resources it used ('snaprig "
		 "compare'\n"
		 "does that for several commands).\n"
		 "\n"
		 "These words in CMD are replaced: {snapshot} by what to back up (--gives), {live} "
		 "by\n"
		 "the volume, {out} by the path for the backup, {repo} by a folder shared by all "
		 "runs\n"
		 "(without the failure, with it, and after its remedy), {log} by a file for a log. "
		 " A\n"
		 "CMD of one word is a line for the shell.",
	.examples = "  snaprig check -- dd if={snapshot} of={out} bs=1M\n"
		    "  snaprig check --failure all -- cp {snapshot} {out}\n"
		    "  snaprig check --failure cow-overflow --restore 'gunzip <{out} >{restored}' "
		    "-- \\\n"
		    "      'dd if={snapshot} bs=1M | gzip >{out}'\n"
		    "  snaprig check --gives tree --restore 'tar -C {restored} -xf {out}' -- \\\n"
		    "      tar -C {snapshot} -cf {out} .\n"
		    "  snaprig check --failure read-error \\\n"
		    "      --restore 'cp {repo}/$(basename {out}) {restored}' -- \\\n"
		    "      'cp {snapshot} {repo}/$(basename {out})'\n",
	.exits = "  0    intact; with a failure or a fault: intact or detected\n"
		 "  1    a finding: anything else\n"
		 "  2    the command line, or a failure file, is wrong\n"
		 "  3    inconclusive: the failure never struck\n"
		 "  4    the rig or the machine failed\n"
		 "  77   this machine cannot bring the failure about\n"
		 "  124  CMD did not end in time\n"
		 "With 'all', the first that applies: 4, 124, 1, 3, 0, 77\n",
	.run = run,
};
