/* SPDX-License-Identifier: Apache-2.0 */
/* replay.h - what replay and shrink have in common: a record, and runs of it. */
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

/* The options of both commands, with offsets into struct replay. */
extern const struct command_option replay_options[];

#define REPLAY_OPERAND                                                                             \
	{                                                                                          \
		.name = "RECORD", .kind = COMMAND_FILE                                             \
	}

/*
 * Reads the command line of LINE, and the record that it names.  Returns COMMAND_GO_ON; or the
 * exit code of the command after a message or help.
 */
int replay_begin(struct replay *replay, const struct command_line *line, int argc, char **argv);
void replay_end(struct replay *replay);

/*
 * Runs the recorded scenario again, without the hits that are left out.  RET, if not NULL, gets
 * the record of the new run.  Returns its result, as record_verdict() does; NULL, after a message,
 * if the rig failed or the run was interrupted.  The caller frees it.
 */
char *replay_once(struct replay *replay, struct record *ret);

#endif
