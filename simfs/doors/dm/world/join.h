/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join.h - how a process becomes one of a world.
 *
 * It connects to the supervisor, which gives it the namespace; it goes there, puts itself
 * behind a filter of its own, and hands the listener over.  The first command, the real tools
 * that the supervisor runs, and `snaprig lvm --enter` come in this way.
 */
#ifndef SNAPRIG_DM_JOIN_H
#define SNAPRIG_DM_JOIN_H

struct join_server;
struct world;

/* ---- the process that joins; of one thread ---- */

/*
 * Joins by SOCKET, a connection to the supervisor, which is closed.  The current folder stays
 * the one of the same path, or becomes / where there is none.  Returns 0, or -errno after a
 * message; then the process is fit to end only.
 */
int join_world(int socket);

/* ---- the supervisor ---- */

/* Serves connections of LISTENING_SOCKET, which it takes over, by a thread.  0 or -errno. */
int join_serve(struct world *world, int listening_socket, struct join_server **ret);

/* Nobody joins any more.  NULL is fine. */
void join_server_end(struct join_server *server);

/*
 * Runs COMMAND in the world by a child, waits for it, and gives what it wrote to stdout and
 * stderr to *RET_OUTPUT (to be free()d).  Returns its exit code (128 + N), or -errno.
 */
int join_run(struct world *world, char *const *command, char **ret_output);

#endif
