/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.h - the process that keeps a world. */
#ifndef SNAPRIG_DM_SUPERVISOR_H
#define SNAPRIG_DM_SUPERVISOR_H

struct world_options;

/*
 * Makes the world and keeps it until its last process has ended; runs in a child with one thread.
 * NEWS_FD is a socket to the starter, which receives one int: EXIT_MET when the world can be
 * joined, or an exit code after a message.  The starter shuts it down when its command has joined,
 * or never will.  STATE is the world's state folder, which exists.  Returns an exit code: EXIT_RIG
 * also if the world outlived its disks.
 */
int supervisor_run(const struct world_options *options, const char *state, int news_fd);

#endif
