/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connection.h - one peer of the control server; between server.c and connection*.c only.
 *
 *   OPEN ──peer sends no more──▶ DRAINING ──all is answered and sent──▶ BROKEN
 *     └──────────────── connection_break(), from anywhere ────────────────▲
 *
 *   BROKEN	shut down; nothing is sent any more.  The operation that waits
 *		for the peer then completes, lets its leases go from the event loop,
 *		unless somebody else's request has done so before, and lets the
 *		connection go when the last request is answered.
 *
 * Answers are given to the kernel at once, without waiting; the ring is asked
 * only to tell when there is room again.  So what an ending connection leaves
 * unsent is what its peer did not read.
 */
#ifndef SNAPRIG_CONTROL_CONNECTION_H
#define SNAPRIG_CONTROL_CONNECTION_H

#include "simfs/control/connection_lines.h"
#include "simfs/control/server.h"

enum connection_state { CONNECTION_OPEN, CONNECTION_DRAINING, CONNECTION_BROKEN };

struct control_connection {
	struct control_server *server;
	struct list link; /* of the server's connections; the one used last is last */
	int fd;
	bool fd_is_lent; /* by what is kept back */
	enum connection_state state;
	bool over; /* its leases were let go */

	/* One for each operation and each request under way; freed at zero. */
	unsigned references;
	unsigned request_count;

	struct ring_op in_op;  /* receives, or looks whether the peer hung up */
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
 * Takes FD over in any case; what was lent for it, unless it fails: that goes back with the
 * connection.  Returns 0 or -ENOMEM.
 */
int connection_create(struct control_server *server, int fd, bool fd_is_lent);

/* Frees what the ring has forgotten; its leases are untied. */
void connection_destroy(struct control_connection *connection);

/* Sends LINE (stolen; NULL, when memory ran out, breaks the connection). */
void connection_send(struct control_connection *connection, char *line);

/* It waits for no answer, and holds nothing. */
bool connection_is_idle(const struct control_connection *connection);

/* Whether both halves are closed: one that only sends no more is there. */
bool connection_hung_up(const struct control_connection *connection);

/* Breaks it and lets its leases go, once. */
void connection_leave(struct control_connection *connection);

/* Lets those go who have left and have leases: the ring may tell of a request before it tells
 * of a peer that left before it was sent. */
void connections_see_who_left(struct control_server *server);

/* Gives the peer up.  The connection itself stays until the event loop lets it go. */
void connection_break(struct control_connection *connection);

#endif
