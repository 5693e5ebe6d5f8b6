/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join.h - how a process becomes one of a world.
 *
 *	it		puts itself behind a filter, and hands its listener to
 *	who leads it	its parent, who asks the supervisor by a socket in the state folder:
 *	supervisor	answers that listener from now on, and gives the namespace back
 *
 * Where a filter is forbidden, or not wanted (intercept/preload_environment.h), it has the world's
 * library preloaded, and its listener is the write end of a pipe.  That ends when it becomes
 * its program; from then on the supervisor looks who lives in the namespace.
 *
 * The first command, the real tools that the supervisor runs, and `snaprig lvm --enter`
 * come in this way.
 */
#ifndef SNAPRIG_DM_JOIN_H
#define SNAPRIG_DM_JOIN_H

struct join_server;
struct trap_record;
struct world;

/*
 * The process itself, of one thread: CHANNEL is a socket to who leads it.  The current folder
 * stays the one of the same path, or becomes / where there is none.  Returns 0, or -errno
 * after a message; then the process is fit to end only.
 */
int join_follow(int channel);

/* What the parent of who is in the world has of it. */
struct join_lead {
	int listener; /* POLLHUP: no process is behind it; POLLERR: it was preloaded, and is in */
	struct trap_record *record;
	int supervisor; /* a pidfd; POLLIN: it has ended */
};

/* Closes what is there. */
void join_lead_deinit(struct join_lead *lead);

/*
 * The parent: leads who follows on CHANNEL into the world whose supervisor is on SOCKET.
 * Returns 0 or -errno: -ESHUTDOWN when the world has ended.
 */
int join_lead(int channel, int socket, struct join_lead *ret);

/* Connects to the supervisor of the world with that STATE folder: 0 or -errno. */
int join_connect(const char *state, int *ret_socket);

/*
 * The supervisor: serves who connects to the world's STATE folder, by a thread.  What lies
 * there of a supervisor before is replaced.  Returns 0 or -errno.
 */
int join_serve(struct world *world, struct join_server **ret);

/* Nobody joins any more.  NULL is fine. */
void join_server_end(struct join_server *server);

/*
 * Runs COMMAND in the world by a child, waits for it, and gives what it wrote to stdout and
 * stderr to *RET_OUTPUT (to be free()d).  Returns its exit code (128 + N), or -errno.
 */
int join_run(struct world *world, char *const *command, char **ret_output);

#endif
