/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join.h - how a process joins a world.
 *
 *	follower	installs a filter on itself, and hands its listener to
 *	leader		its parent, which asks the supervisor by a socket in the state folder
 *	supervisor	serves that listener from now on, and returns the namespaces
 *
 * Where a filter is forbidden or not wanted (intercept/preload_environment.h), the follower has the
 * world's library preloaded, and its listener is the write end of a pipe.  The pipe breaks when it
 * executes its program; from then on the supervisor checks which processes live in the namespace.
 *
 * The first command, the real tools that the supervisor runs, and `snaprig lvm --enter` join this
 * way.
 */
#ifndef SNAPRIG_DM_JOIN_H
#define SNAPRIG_DM_JOIN_H

struct join_server;
struct trap_record;
struct world;

/*
 * The follower, with one thread; CHANNEL is a socket to its leader.  The current folder stays the
 * same path, or becomes / if that does not exist in the world.  Returns 0, or -errno after a
 * message; then the process must exit.
 */
int join_follow(int channel);

/* What the parent of a process in the world has of it. */
struct join_lead {
	int listener; /* POLLHUP: has no process; POLLERR: was preloaded, and is in */
	struct trap_record *record;
	int supervisor; /* a pidfd; POLLIN: it has ended */
};

/* Closes what is open. */
void join_lead_deinit(struct join_lead *lead);

/*
 * The parent: leads the follower on CHANNEL into the world whose supervisor is on SOCKET.  Returns
 * 0 or -errno: -ESHUTDOWN if the world has ended.
 */
int join_lead(int channel, int socket, struct join_lead *ret);

/* Connects to the supervisor of the world with the STATE folder.  Returns 0 or -errno. */
int join_connect(const char *state, int *ret_socket);

/*
 * The supervisor: a thread serves leaders that connect in the world's STATE folder.  A socket that
 * an earlier supervisor left there is replaced.  Returns 0 or -errno.
 */
int join_serve(struct world *world, struct join_server **ret);

/* Stops serving.  NULL is fine. */
void join_server_end(struct join_server *server);

/*
 * Runs COMMAND in the world as a child, waits for it, and returns its stdout and stderr in
 * *RET_OUTPUT, which the caller frees.  Returns its exit code (128 + N), or -errno.
 */
int join_run(struct world *world, char *const *command, char **ret_output);

#endif
