/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - what the commands that talk to a mounted volume share: one connection, one
 * way to report what went wrong.  Exit codes are enum exit_code.
 */
#ifndef SNAPRIG_CLI_CLI_H
#define SNAPRIG_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "simfs/base/clock.h"
#include "simfs/cli/ask.h"
#include "simfs/control/client.h"

/* Connects to the volume at MOUNT_POINT, or whose image that is.  Returns EXIT_MET, or the exit
 * code after a message. */
int cli_connect(const char *mount_point, struct control_client **ret);

/* The message for ERROR of connecting to MOUNT_POINT, and its exit code. */
int cli_report_connect(const char *mount_point, int error);

/* The message for ERROR of the last call, and its exit code. */
int cli_report_call(const char *mount_point, struct control_client *client, int error);

/* The message for a rig that does not answer; PID (0: unknown) is its process.  EXIT_TIMED_OUT. */
int cli_report_silence(const char *mount_point, pid_t pid);

/*
 * json_pack() for what a user has typed, which may be no UTF-8: what cannot be packed is
 * refused by the call that gets it, instead of being left out.
 */
json_t *cli_pack(const char *format, ...);

/*
 * Asks the volume at MOUNT_POINT QUESTION, with the patience that it says and ARGUMENTS
 * (stolen; NULL: none): EXIT_MET, or the code after a message.
 */
int cli_call(const char *mount_point, const struct command_question *question, json_t *arguments,
	json_t **ret_result);

/* control_client_wait() for an answer that takes as long as it takes. */
int cli_wait(struct control_client *client, uint64_t id, json_t **ret_result);

#endif
