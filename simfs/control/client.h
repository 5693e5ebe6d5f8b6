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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include <jansson.h>

struct control_client;

/* How long a rig may take to answer what takes no time, unless SNAPRIG_TIMEOUT says else. */
#define CONTROL_PATIENCE_NS (30ull * 1000000000)
uint64_t control_client_patience_ns(void);

/*
 * Connects to the volume mounted at MOUNT_POINT.  Returns 0, or -ENOTCONN when
 * a volume was mounted there and its process is gone, -ENOENT or -ENOTDIR when
 * MOUNT_POINT is no snaprig mount, -EHOSTDOWN when it is one whose state folder is gone,
 * -ETIMEDOUT when its rig does not answer in PATIENCE_NS, -EPERM when who
 * would answer is neither this user nor root, or what connect() said.  The socket's path may
 * be longer than sun_path: it is reached through its directory.
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
 * Closes the connection: what it held (writes, reads) goes on, and what it asked for and was
 * not answered is taken back as far as it can be.  NULL is fine.
 */
void control_client_destroy(struct control_client *client);

/*
 * Sends COMMAND with ARGUMENTS (stolen; NULL for none) and returns without an
 * answer.  *RET_ID names the request for control_client_wait().  -EILSEQ: ARGUMENTS are no object.
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

/*
 * Whether the connection is over: the volume has closed it, or ended, or the client has hung up.
 * Known at once, whatever of its answers was not read yet.  Any thread may ask.
 */
bool control_client_has_ended(const struct control_client *client);

/*
 * The volume sees that the client leaves, as by control_client_destroy(), and a thread that waits
 * for an answer gets -ECONNRESET.  Any thread may do it.
 */
void control_client_hang_up(const struct control_client *client);

/* The process that answers; 0 when that cannot be told. */
pid_t control_client_pid(const struct control_client *client);

/*
 * Waits until the volume closes the connection, as it does when it ends, and until its
 * process has ended, so that nothing of it is open: 0 or -ETIMEDOUT.  That it is this
 * process is certain once it has answered something on this connection.
 */
int control_client_wait_end(struct control_client *client, uint64_t timeout_ns);

#endif
