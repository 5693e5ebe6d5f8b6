/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h - the subcommands of snaprig that deal with scenarios.
 *
 * Each is given its own arguments (argv[0] is the subcommand's name) and
 * returns the exit code of the process (enum exit_code).
 */
#ifndef SNAPRIG_SCENARIOS_CLI_COMMANDS_H
#define SNAPRIG_SCENARIOS_CLI_COMMANDS_H

/* snaprig validate [--json] SCENARIO|DIR… */
int command_validate(int argc, char **argv);

/* snaprig run SCENARIO|DIR… [--seed N] [--report KIND=FILE] [--record DIR] [--keep] [--work DIR]
 * [--json] */
int command_run(int argc, char **argv);

/* snaprig replay RECORD, snaprig shrink RECORD [--work DIR] [--keep] [--json] */
int command_replay(int argc, char **argv);
int command_shrink(int argc, char **argv);

/* snaprig demo: the COW overflow against each client, as one table */
int command_demo(int argc, char **argv);

#endif
