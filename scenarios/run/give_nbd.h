/* SPDX-License-Identifier: Apache-2.0 */
/*
 * give_nbd.h - a snapshot behind an NBD server: nbdkit's file plugin, on a socket.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_GIVE_NBD_H
#define SNAPRIG_SCENARIOS_RUN_GIVE_NBD_H

#include "scenarios/base/process.h"

/* The program, and the package that has it. */
#define NBD_PROGRAM "nbdkit"

struct nbd_order {
	const char *file;
	const char *folder;	/* nothing is there: the socket lies in it, if its path is not too
				 * long for one; else in a new folder in /tmp */
	const char *log_path;	/* what the server prints is appended to it */
	uint64_t time_limit_ns; /* until one can connect */
};

struct nbd_server;

/*
 * Starts a server of the file, read-only, and waits until one can connect.  Returns 0, with
 * *RET the caller's to stop; or with *RET NULL when the server would not serve, which
 * *RET_RESULT tells as of a program that has ended: the log says why.  Or -errno, -EINTR
 * when the run was interrupted.
 */
int nbd_server_start(
	const struct nbd_order *order, struct process_result *ret_result, struct nbd_server **ret);

/* "nbd+unix:///?socket=/…": the server's, as long as it runs. */
const char *nbd_server_uri(const struct nbd_server *server);

/* Ends it, whoever is connected.  NULL is fine. */
void nbd_server_stop(struct nbd_server *server);

#endif
