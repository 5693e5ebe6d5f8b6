/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.h - the process that keeps a world. */
#ifndef SNAPRIG_DM_SUPERVISOR_H
#define SNAPRIG_DM_SUPERVISOR_H

struct world_options;

/*
 * Makes the world and keeps it until its last process has ended; in a child of one thread.
 * NEWS_FD is a socket to the starter.  It gets an int, once: EXIT_MET, the world can be
 * joined, or an exit code after a message; and it shuts the socket down when its command is
 * inside, or never will be.  STATE is the world's state folder, which exists.  Returns an exit
 * code: EXIT_RIG, too, when the world outlived its disks.
 */
int supervisor_run(const struct world_options *options, const char *state, int news_fd);

#endif
