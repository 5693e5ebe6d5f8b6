/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h - the commands of snaprig that deal with scenarios; each row has a run().
 */
#ifndef SNAPRIG_SCENARIOS_CLI_COMMANDS_H
#define SNAPRIG_SCENARIOS_CLI_COMMANDS_H

#include "simfs/base/command_line.h"

extern const struct command_line validate_command;
extern const struct command_line check_command;
extern const struct command_line compare_command;
extern const struct command_line matrix_command;
extern const struct command_line sweep_command;
extern const struct command_line run_command;
extern const struct command_line replay_command;
extern const struct command_line shrink_command;
extern const struct command_line demo_command;
extern const struct command_line bench_command;
extern const struct command_line xapi_demo_action;

/* Up to a NULL. */
extern const struct command_line *const report_actions[];

#endif
