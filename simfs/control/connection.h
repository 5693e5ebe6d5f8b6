/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connection.h - one peer of the control server; between server.c and connection*.c only.
 *
 *   OPEN ──peer sends no more──▶ DRAINING ──all is answered and sent──▶ BROKEN
 *     └──────────────── connection_break(), from anywhere ────────────────▲
 *
 *   BROKEN	shut down; nothing is sent any more.  The receive operation then completes,
 *		releases the leases from the event loop (unless another connection's request
 *		has already done so), and frees the connection once its last request is
 *		answered.
 *
 * Answers are passed to the kernel at once, without blocking; the ring is only used to wait for
 * room.  So what an ending connection leaves unsent is what its peer did not read.
 */
#ifndef SNAPRIG_CONTROL_CONNECTION_H
#define SNAPRIG_CONTROL_CONNECTION_H

#include "simfs/control/connection_lines.h"
#include "simfs/control/server.h"

enum connection_state { CONNECTION_OPEN, CONNECTION_DRAINING, CONNECTION_BROKEN };

struct control_connection {
	struct control_server *server;
	struct list link; /* on the server's list, least recently used first */
	int fd;
	bool fd_is_lent; /* from the reserve of descriptors */
	enum connection_state state;
	bool over; /* its leases were released */

	/* One for each operation and each request in flight; freed at zero. */
	unsigned references;
	unsigned request_count;

	struct ring_op in_op;  /* receives, or checks whether the peer hung up */
	struct ring_op out_op; /* waits for room to send */
	bool waiting_for_room;
	struct list leases;

	/* Answers that are not sent yet. */
	char *unsent;
	size_t unsent_start;
	size_t unsent_end;
	size_t unsent_size;

	struct connection_lines lines;
};

/*
 * Takes over FD in any case, and, on success, the descriptor lent for it, which is returned with
 * the connection.  Returns 0 or -ENOMEM.
 */
int connection_create(struct control_server *server, int fd, bool fd_is_lent);

/* Frees a connection that the ring no longer uses.  Its leases are unlinked. */
void connection_destroy(struct control_connection *connection);

/* Sends LINE (stolen).  NULL, for lack of memory, breaks the connection. */
void connection_send(struct control_connection *connection, char *line);

/* Whether it waits for no answer and holds nothing. */
bool connection_is_idle(const struct control_connection *connection);

/* Whether both halves are closed.  A peer that only stopped sending is still there. */
bool connection_hung_up(const struct control_connection *connection);

/* Breaks it and releases its leases, once. */
void connection_leave(struct control_connection *connection);

/*
 * Releases the leases of all peers that have left.  The ring may report a request before it reports
 * a peer that left earlier.
 */
void connections_see_who_left(struct control_server *server);

/* Gives the peer up.  The connection itself stays until the event loop frees it. */
void connection_break(struct control_connection *connection);

#endif
