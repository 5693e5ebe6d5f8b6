/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - talks to a mounted volume through its control socket.
 *
 * Used by the command line and by scenarios.  Blocking, one thread; several
 * requests may be under way on one connection (control_client_send, then
 * control_client_wait in any order).
 */
#ifndef SNAPRIG_CONTROL_CLIENT_H
#define SNAPRIG_CONTROL_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct control_client;

/*
 * Connects to the volume mounted at MOUNT_POINT.  Returns 0, or -ENOTCONN when
 * a volume was mounted there and its process is gone, -ENOENT or -ENOTDIR when
 * MOUNT_POINT is no snaprig mount, or what connect() said.  The socket's path
 * may be longer than sun_path: it is reached through its directory.
 */
int control_client_connect(const char *mount_point, struct control_client **ret);

/* As control_client_connect(), by the path of the socket itself. */
int control_client_connect_socket(const char *socket_path, struct control_client **ret);

/* Closes the connection: what it held (writes, reads) goes on.  NULL is fine. */
void control_client_destroy(struct control_client *client);

/*
 * Sends COMMAND with ARGUMENTS (stolen; NULL for none) and returns without an
 * answer.  *RET_ID names the request for control_client_wait().
 */
int control_client_send(
	struct control_client *client, const char *command, json_t *arguments, uint64_t *ret_id);

/*
 * Waits for the answer to request ID, up to TIMEOUT_NS (0: for ever).
 * Returns 0 with *RET_RESULT (the caller's, may be NULL when not wanted);
 * the -errno that the volume answered, with its message in
 * control_client_message(); -ETIMEDOUT; or -ECONNRESET when the volume went away.
 */
int control_client_wait(
	struct control_client *client, uint64_t id, uint64_t timeout_ns, json_t **ret_result);

/* control_client_send() and control_client_wait() in one. */
int control_client_call(struct control_client *client, const char *command, json_t *arguments,
	uint64_t timeout_ns, json_t **ret_result);

/* The message of the last answer that was an error; "" when there was none. */
const char *control_client_message(const struct control_client *client);

/* Waits until the volume closes the connection, as it does when it ends: 0 or -ETIMEDOUT. */
int control_client_wait_end(struct control_client *client, uint64_t timeout_ns);

#endif
