/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_connect.h - the way from a mount to the process that serves it; for client.c.
 *
 * The way leads through the mount itself, and a rig that is stopped, or hangs, answers
 * nobody: not even a signal frees who asks it.  So a child goes there, and hands back
 * the connection; one that comes back in no time is left where it is.
 *
 * Whoever sits at the end of the way is told nothing until it is known to be this
 * user, or root.
 */
#ifndef SNAPRIG_CONTROL_CLIENT_CONNECT_H
#define SNAPRIG_CONTROL_CLIENT_CONNECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct control_peer {
	int fd;
	pid_t pid; /* of who listens; 0: not of this PID namespace */
	int pidfd; /* of that process; -1: none, or it is this very one */
};

/* As control_client_connect() and control_client_connect_socket(); both descriptors are the
 * caller's. */
int control_peer_find(const char *mount_point, uint64_t patience_ns, struct control_peer *ret);
int control_peer_connect(const char *socket_path, struct control_peer *ret);

/* As control_client_has_ended() and control_client_hang_up(). */
bool control_peer_has_ended(const struct control_peer *peer);
void control_peer_hang_up(const struct control_peer *peer);

/* Which process serves MOUNT_POINT, without asking it: its pid, or 0: it cannot be told. */
pid_t control_peer_guess(const char *mount_point);

#endif
