/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - shared by the commands that talk to a mounted volume: one way to connect, and one way to
 * report errors.
 *
 * Exit codes are enum exit_code.
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

/*
 * Connects to the volume at MOUNT_POINT, which may also be its image.  Returns EXIT_MET, or the
 * exit code after a message.
 */
int cli_connect(const char *mount_point, struct control_client **ret);

/* Reports ERROR of connecting to MOUNT_POINT.  Returns the exit code. */
int cli_report_connect(const char *mount_point, int error);

/* Reports ERROR of the last call.  Returns the exit code. */
int cli_report_call(const char *mount_point, struct control_client *client, int error);

/* Reports a rig that does not answer; PID is its process (0: unknown).  Returns EXIT_TIMED_OUT. */
int cli_report_silence(const char *mount_point, pid_t pid);

/*
 * json_pack() for text typed by a user, which may not be UTF-8.  What cannot be packed is refused
 * by the call that gets it, rather than left out.
 */
json_t *cli_pack(const char *format, ...);

/*
 * Asks the volume at MOUNT_POINT the QUESTION, with its patience and with ARGUMENTS (stolen; NULL:
 * none).  Returns EXIT_MET, or the exit code after a message.
 */
int cli_call(const char *mount_point, const struct command_question *question, json_t *arguments,
	json_t **ret_result);

/* control_client_wait() for an answer that may take any time. */
int cli_wait(struct control_client *client, uint64_t id, json_t **ret_result);

#endif
