/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - the process that serves disks, from its birth to its end.
 */
#ifndef SNAPRIG_DM_DISKS_SERVER_H
#define SNAPRIG_DM_DISKS_SERVER_H

#include "simfs/doors/dm/disks/disks.h"

/* In the folder of struct disks: the two mounts. */
#define SERVER_DEVICES "devices"
#define SERVER_EXPORTS "exports"

/*
 * Serves what is asked for on FD until nobody can ask any more or the thread that forked it,
 * of process STARTER, ends; and ends the process.  The first thing sent there is a struct
 * wire_answer: served from now on, or why not.
 */
__attribute__((noreturn)) void server_run(const char *folder, int fd, pid_t starter);

#endif
