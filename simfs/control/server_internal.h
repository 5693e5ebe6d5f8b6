/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_internal.h - the control server's state; for server.c and connection.c only.
 */
#ifndef SNAPRIG_CONTROL_SERVER_INTERNAL_H
#define SNAPRIG_CONTROL_SERVER_INTERNAL_H

#include "simfs/control/server.h"

struct control_server {
	struct ring *ring;
	const struct control_command *commands;
	void *context;

	int folder_fd;
	int listen_fd;
	bool closing;

	/* Waits for a connection, or to retry after accept() failed for lack of resources. */
	struct ring_op accept_op;
	bool accepting;
	struct ring_op cancel_op;
	bool cancelling;

	struct list connections;
	unsigned connection_count;
};

#endif
