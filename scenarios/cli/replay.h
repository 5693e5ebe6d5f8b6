/* SPDX-License-Identifier: Apache-2.0 */
/* replay.h - what replay and shrink share: a record, and its runs. */
#ifndef SNAPRIG_SCENARIOS_CLI_REPLAY_H
#define SNAPRIG_SCENARIOS_CLI_REPLAY_H

#include "scenarios/cli/run_set.h"
#include "scenarios/report/record.h"
#include "scenarios/run/runner.h"
#include "simfs/base/command_line.h"

struct replay {
	struct run_options options;
	bool as_json;
	struct record record;
	struct run_set set;
};

/* What both are given, with the offsets of struct replay. */
extern const struct command_option replay_options[];

#define REPLAY_OPERAND                                                                             \
	{                                                                                          \
		.name = "RECORD", .kind = COMMAND_FILE                                             \
	}

/*
 * Reads the command line of LINE, and what its record names.  Returns COMMAND_GO_ON; or
 * the exit code of the command after a message or the help.
 */
int replay_begin(struct replay *replay, const struct command_line *line, int argc, char **argv);
void replay_end(struct replay *replay);

/*
 * Runs what was recorded again, without the hits that are left out.  RET, when
 * it is not NULL, gets the record of the new run.  Returns what it came to, as
 * record_verdict() has it, the caller's; NULL after a message when the rig
 * failed or somebody has interrupted it.
 */
char *replay_once(struct replay *replay, struct record *ret);

#endif
