/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h - the subcommands of snaprig that no layer below can hold.
 *
 * Each is given its own arguments (argv[0] is the subcommand's name) and
 * returns the exit code of the process (enum exit_code).
 */
#ifndef SNAPRIG_CLI_COMMANDS_H
#define SNAPRIG_CLI_COMMANDS_H

/* snaprig create IMAGE --size SIZE */
int command_create(int argc, char **argv);

/* snaprig mount IMAGE MNT [options] */
int command_mount(int argc, char **argv);

/* snaprig create IMAGE --size SIZE */
int command_create(int argc, char **argv);

/* snaprig mount IMAGE MNT … */
int command_mount(int argc, char **argv);

/* snaprig verify IMAGE [--store DIR] [--json] */
int command_verify(int argc, char **argv);

/* snaprig list profiles|points|gauges|scenarios|clients [--json] */
int command_list(int argc, char **argv);

/* snaprig doctor [--json] */
int command_doctor(int argc, char **argv);

#endif
