/* SPDX-License-Identifier: Apache-2.0 */
/*
 * give_nbd.h - a snapshot behind an NBD server: nbdkit's file plugin, on a socket.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_GIVE_NBD_H
#define SNAPRIG_SCENARIOS_RUN_GIVE_NBD_H

#include "scenarios/base/process.h"

/* The program, and the package that contains it. */
#define NBD_PROGRAM "nbdkit"

struct nbd_order {
	const char *file;
	const char *folder;	/* for the socket, not there yet; if that path is too long for a
				 * socket, a new folder in /tmp is used */
	const char *log_path;	/* the server's output is appended to it */
	uint64_t time_limit_ns; /* until the server accepts connections */
};

struct nbd_server;

/*
 * Starts a server for the file, read-only, and waits until it accepts connections.  Returns 0 with
 * *RET, which the caller stops; or with *RET NULL if the server failed: then *RET_RESULT says how,
 * like a program's, and the log says why.  Or -errno; -EINTR if the run was interrupted.
 */
int nbd_server_start(
	const struct nbd_order *order, struct process_result *ret_result, struct nbd_server **ret);

/* Returns "nbd+unix:///?socket=/…", valid as long as the server runs. */
const char *nbd_server_uri(const struct nbd_server *server);

/* Stops the server, even if clients are connected.  SERVER may be NULL. */
void nbd_server_stop(struct nbd_server *server);

#endif
