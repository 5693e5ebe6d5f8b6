/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume_commands.h - the subcommands of snaprig that talk to a mounted volume.
 *
 * Each is given its own arguments (argv[0] is the subcommand's name) and
 * returns the exit code of the process (enum exit_code).
 */
#ifndef SNAPRIG_CLI_VOLUME_COMMANDS_H
#define SNAPRIG_CLI_VOLUME_COMMANDS_H

/* snaprig umount MNT */
int command_umount(int argc, char **argv);

/* snaprig status MNT [--json|--metrics] */
int command_status(int argc, char **argv);

/* snaprig events MNT|IMAGE [--follow] [--json] */
int command_events(int argc, char **argv);

/* snaprig snapshot create|delete|list|changed MNT … */
int command_snapshot(int argc, char **argv);
int cli_run_snapshot_changed(int argc, char **argv);

/* snaprig coalesce MNT [--wait|--abort] */
int command_coalesce(int argc, char **argv);

/* snaprig datto ctl|mount|umount MNT … */
int command_datto(int argc, char **argv);

/* snaprig gauge set|release MNT GAUGE … */
int command_gauge(int argc, char **argv);

/* snaprig fault add|list|remove|clear|release MNT … */
int command_fault(int argc, char **argv);

/* snaprig writers list|add|remove|kill|freeze|thaw|notify MNT … */
int command_writers(int argc, char **argv);

#endif
