/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_connect.h - finds and connects to the process that serves a mount; for client.c.
 *
 * The path to the socket leads through the mount itself.  If the rig is stopped or hangs, a process
 * that accesses it there cannot even be killed.  So a child does this and passes the connection
 * back; a child that takes too long is abandoned.
 *
 * Nothing is sent to the listening process until it is known to belong to this user or to root.
 */
#ifndef SNAPRIG_CONTROL_CLIENT_CONNECT_H
#define SNAPRIG_CONTROL_CLIENT_CONNECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct control_peer {
	int fd;
	pid_t pid; /* of the listener; 0: not in this PID namespace */
	int pidfd; /* of that process; -1: none, or it is this process */
};

/*
 * As control_client_connect_within() and control_client_connect_socket().  The caller closes both
 * descriptors.
 */
int control_peer_find(const char *mount_point, uint64_t patience_ns, struct control_peer *ret);
int control_peer_connect(const char *socket_path, struct control_peer *ret);

/* As control_client_has_ended() and control_client_hang_up(). */
bool control_peer_has_ended(const struct control_peer *peer);
void control_peer_hang_up(const struct control_peer *peer);

/* The pid of the process that serves MOUNT_POINT, found without asking it; 0 if it is unknown. */
pid_t control_peer_guess(const char *mount_point);

#endif
