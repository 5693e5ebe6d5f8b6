/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - the process that serves disks, from its birth to its end.
 */
#ifndef SNAPRIG_DM_DISKS_SERVER_H
#define SNAPRIG_DM_DISKS_SERVER_H

#include "simfs/doors/dm/disks/disks.h"

/* The two mounts in the folder of struct disks. */
#define SERVER_DEVICES "devices"
#define SERVER_EXPORTS "exports"

/*
 * Serves the calls on FD until no caller is left, or the thread of process STARTER that forked it
 * ends; then ends the process.  The first message on FD is a struct wire_answer: it serves from now
 * on, or why it does not.
 */
__attribute__((noreturn)) void server_run(const char *folder, int fd, pid_t starter);

#endif
