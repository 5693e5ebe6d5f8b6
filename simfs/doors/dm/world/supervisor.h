/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.h - the process that keeps a world. */
#ifndef SNAPRIG_DM_SUPERVISOR_H
#define SNAPRIG_DM_SUPERVISOR_H

#include <stdint.h>

struct world_options;

/* What it tells its starter, once: the world can be joined, or could not be made. */
struct supervisor_news {
	int code;	     /* EXIT_MET, or the exit code after a message */
	uint64_t dev_device; /* st_dev of the world's /dev */
};

/*
 * Makes the world and keeps it until its last process has ended; in a child of one thread.
 * NEWS_FD is a socket to the starter, which closes its end when its command is inside, or
 * never will be.  STATE is the world's state folder, which exists.  Returns an exit code.
 */
int supervisor_run(const struct world_options *options, const char *state, int news_fd);

#endif
