/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preload_serve.h - the supervisor's side of preload/: for programs without a filter.
 *
 * Every world has it, for processes that joined without a filter (entry/join.h).  Each request has
 * a thread of its own, TRAP_CALLS_MAX at most: one more gets ENOMEM.  Only root may connect, as
 * only root may open a control node.
 *
 * It misses programs that do not use the C library's open() and ioctl(): static ones, 32-bit ones,
 * those with another library; and those that lost the environment (env -i, sudo, setuid).  The exit
 * code is known if a process calls exit() or _exit(), or as commands/journal.h says.
 */
#ifndef SNAPRIG_DM_PRELOAD_SERVE_H
#define SNAPRIG_DM_PRELOAD_SERVE_H

struct preload_server;
struct world;

/* Writes the library, and starts a thread that serves connections.  Returns 0 or -errno. */
int preload_serve(struct world *world, struct preload_server **ret);

/* Returns when all requests are answered; no process may live in the world.  NULL is fine. */
void preload_server_end(struct preload_server *server);

#endif
