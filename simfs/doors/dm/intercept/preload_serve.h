/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preload_serve.h - the supervisor's side of preload/: for programs that no filter watches.
 *
 * It is there in every world, and used by those who came in without a filter (entry/join.h).  A
 * request has a thread of its own, of which there are TRAP_CALLS_MAX at most: one more gets
 * ENOMEM.  Only root may connect, as only root may open a control node.
 *
 * Not reached are programs without the C library's open() and ioctl(): static ones, those
 * with another library or of 32 bits, and those that lost the environment (env -i, sudo,
 * setuid).  The exit code of a process is known that calls exit() or _exit(), or as
 * commands/journal.h says.
 */
#ifndef SNAPRIG_DM_PRELOAD_SERVE_H
#define SNAPRIG_DM_PRELOAD_SERVE_H

struct preload_server;
struct world;

/* Writes the library, and serves who connects, by a thread.  Returns 0 or -errno. */
int preload_serve(struct world *world, struct preload_server **ret);

/* Returns when all are answered, in a world that nobody lives in.  NULL is fine. */
void preload_server_end(struct preload_server *server);

#endif
