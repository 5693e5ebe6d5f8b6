/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - talks to a mounted volume through its control socket.
 *
 * For the command line and for scenarios.  Blocking, for one thread.  Several requests may be in
 * flight on one connection (control_client_send, then control_client_wait in any order).
 */
#ifndef SNAPRIG_CONTROL_CLIENT_H
#define SNAPRIG_CONTROL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include <jansson.h>

struct control_client;

/* How long a rig may take for an answer that needs no time, unless SNAPRIG_TIMEOUT is set. */
#define CONTROL_PATIENCE_NS (30ull * 1000000000)
uint64_t control_client_patience_ns(void);

/*
 * Connects to the volume mounted at MOUNT_POINT.  Returns 0; -ENOTCONN if the process of that
 * volume is gone; -ENOENT or -ENOTDIR if MOUNT_POINT is not a snaprig mount; -EHOSTDOWN if its
 * state folder is gone; -ETIMEDOUT if its rig does not answer within PATIENCE_NS; -EPERM if the
 * process listening belongs neither to this user nor to root; or the error of connect().  The
 * socket's path may be longer than sun_path: it is opened through its folder.
 */
int control_client_connect_within(
	const char *mount_point, uint64_t patience_ns, struct control_client **ret);

/* The same with control_client_patience_ns(). */
static inline int control_client_connect(const char *mount_point, struct control_client **ret)
{
	return control_client_connect_within(mount_point, control_client_patience_ns(), ret);
}

/* As control_client_connect(), by the path of the socket itself. */
int control_client_connect_socket(const char *socket_path, struct control_client **ret);

/*
 * Closes the connection.  Writes and reads that it held go on, and unanswered requests are
 * cancelled as far as they can be.  NULL is fine.
 */
void control_client_destroy(struct control_client *client);

/*
 * Sends COMMAND with ARGUMENTS (stolen; NULL for none) without waiting for the answer.  *RET_ID
 * identifies the request for control_client_wait().  Returns 0; -EILSEQ if ARGUMENTS is not an
 * object; or another -errno.
 */
int control_client_send(
	struct control_client *client, const char *command, json_t *arguments, uint64_t *ret_id);

/*
 * Waits for the answer to request ID, up to TIMEOUT_NS (0: for ever).  Returns 0 with *RET_RESULT,
 * which the caller frees (RET_RESULT may be NULL); the -errno that the volume answered, with its
 * message in control_client_message(); -ETIMEDOUT; or -ECONNRESET if the volume has gone away.
 */
int control_client_wait(
	struct control_client *client, uint64_t id, uint64_t timeout_ns, json_t **ret_result);

/* control_client_send() and control_client_wait() in one. */
int control_client_call(struct control_client *client, const char *command, json_t *arguments,
	uint64_t timeout_ns, json_t **ret_result);

/* The message of the last answer if it was an error, else "". */
const char *control_client_message(const struct control_client *client);

/*
 * Whether the connection is over: the volume closed it or ended, or the client hung up.  Known at
 * once, even if answers have not been read yet.  For any thread.
 */
bool control_client_has_ended(const struct control_client *client);

/*
 * Makes the volume see that the client leaves, as control_client_destroy() does.  A thread that
 * waits for an answer gets -ECONNRESET.  For any thread.
 */
void control_client_hang_up(const struct control_client *client);

/* The process that answers; 0 if it is unknown. */
pid_t control_client_pid(const struct control_client *client);

/*
 * Waits until the volume closes the connection, as it does when it ends, and until its process has
 * ended, so that it has nothing open any more.  Returns 0 or -ETIMEDOUT.  That it is this process
 * is certain only after an answer on this connection.
 */
int control_client_wait_end(struct control_client *client, uint64_t timeout_ns);

#endif
