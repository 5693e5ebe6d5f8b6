/* SPDX-License-Identifier: Apache-2.0 */
/* join_internal.h - the socket at which a world is joined, and what is given there. */
#ifndef SNAPRIG_DM_JOIN_INTERNAL_H
#define SNAPRIG_DM_JOIN_INTERNAL_H

#include "simfs/doors/dm/entry/join.h"

/* In the state folder of the world. */
#define JOIN_SOCKET "world.sock"

/* The namespaces of a world, of which a process becomes one, and its root in that of mounts. */
struct join_spaces {
	int mounts, ipc, root;
};

#define JOIN_NO_SPACES                                                                             \
	{                                                                                          \
		.mounts = -1, .ipc = -1, .root = -1                                                \
	}

/* Closes what is there. */
void join_spaces_deinit(struct join_spaces *spaces);

/* To who follows at SOCKET; they stay the caller's.  0 or -errno. */
int join_spaces_pass(int socket, const struct join_spaces *spaces);

/* A listening socket there; what lay there is removed.  0 or -errno. */
int join_listen(const char *state, int *ret_socket);

#endif
