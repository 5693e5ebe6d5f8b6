/* SPDX-License-Identifier: Apache-2.0 */
/* join_internal.h - the socket for joining a world, and what is passed on it. */
#ifndef SNAPRIG_DM_JOIN_INTERNAL_H
#define SNAPRIG_DM_JOIN_INTERNAL_H

#include "simfs/doors/dm/entry/join.h"

/* In the world's state folder. */
#define JOIN_SOCKET "world.sock"

/* The namespaces that a process joins, and its root in that of mounts. */
struct join_spaces {
	int mounts, ipc, root;
};

#define JOIN_NO_SPACES                                                                             \
	{                                                                                          \
		.mounts = -1, .ipc = -1, .root = -1                                                \
	}

/* Closes what is open. */
void join_spaces_deinit(struct join_spaces *spaces);

/* Sends them to the follower at SOCKET; they stay the caller's.  Returns 0 or -errno. */
int join_spaces_pass(int socket, const struct join_spaces *spaces);

/* Makes a listening socket there; an old one is removed.  Returns 0 or -errno. */
int join_listen(const char *state, int *ret_socket);

#endif
