/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - serves a volume's control socket (protocol.h) on the volume's ring.
 *
 * It knows the protocol and nothing about volumes: the commands are in a table passed to it.
 * Nothing here blocks, and nothing that a peer sends or leaves unread harms the volume.
 */
#ifndef SNAPRIG_CONTROL_SERVER_H
#define SNAPRIG_CONTROL_SERVER_H

#include <stdbool.h>

#include <jansson.h>

#include "simfs/base/list.h"
#include "simfs/blockio/ring.h"

/* The most unanswered requests of one connection; another is refused with EBUSY. */
#define CONTROL_REQUESTS_MAX 64

struct control_server;
struct control_connection;
struct control_command;

/*
 * A request in flight, from its command's run() until exactly one of control_request_answer() and
 * control_request_refuse(), which free it.  It outlives its connection: if the peer is gone, the
 * answer is dropped.
 */
struct control_request {
	/* The whole object received; lent to the command. */
	json_t *arguments;

	/* For control_lease_begin(). */
	struct control_connection *connection;

	/* The rest is the server's. */
	const struct control_command *command;
	json_t *id;
};

struct control_command {
	const char *name;

	/* Required.  Answers REQUEST now, or later from the event loop. */
	void (*run)(struct control_request *request, void *context);

	/* The known arguments, NULL-terminated; NULL: none.  A request with any other is refused
	 * before run(). */
	const char *const *arguments;

	/* Optional.  Not used by the server: for a run() that several commands share. */
	void (*act)(struct control_request *request, void *context);
};

/*
 * What a peer holds until it is released or leaves.  It is the first member of a struct that the
 * command allocated with malloc().
 *
 *	waits	`request` must still be answered
 *	has	`request` is NULL: it was answered
 */
struct control_lease {
	/* Required.  Ends what the peer holds, answers a request that waits, and frees the lease.
	 * Called from the event loop when the connection is over, or by control_leases_let_go().
	 * The lease is unlinked by then. */
	void (*let_go)(struct control_lease *lease);
	struct control_request *request;

	/* The rest is the server's. */
	const struct control_connection *connection;
	struct list of_connection;
	struct list link; /* on the list passed to control_lease_begin() */
};

/*
 * Binds STATE_SOCKET (mode 0600) in the folder and listens.  Replaces the socket file of a dead
 * rig.  Returns 0; -EADDRINUSE if that rig still answers; -EEXIST if the name is taken by something
 * else; or -errno.  COMMANDS ends with a NULL name; it and CONTEXT must outlive the server.
 */
int control_server_create(struct ring *ring, int state_folder_fd,
	const struct control_command *commands, void *context, struct control_server **ret);

/*
 * Stops accepting, removes the socket file and ends every connection.  Answers that the kernel has
 * no room for are lost.  Leases are released from the event loop, which must run until
 * control_server_idle().  Clients that wait for the end of the volume see it now, so whatever they
 * rely on must be finished before.
 */
void control_server_close(struct control_server *server);

/* Whether, after control_server_close(), nothing is in flight and every request was answered. */
bool control_server_idle(const struct control_server *server);

/*
 * SERVER must be idle, or its ring must be gone.  In the second case, connections are dropped: no
 * lease is released, and no request may be answered any more.  NULL is fine.
 */
void control_server_destroy(struct control_server *server);

/* Answers REQUEST with RESULT (stolen; NULL stands for {}). */
void control_request_answer(struct control_request *request, json_t *result);

/* Answers REQUEST with ERROR (-errno) and a message for people. */
__attribute__((format(printf, 3, 4))) void control_request_refuse(
	struct control_request *request, int error, const char *format, ...);

/* Whether the peer is gone.  A peer that only stopped sending is not. */
bool control_connection_has_left(const struct control_connection *connection);

/*
 * Links LEASE, whose `let_go` is set, to CONNECTION and puts it on LEASES (NULL: on no list).  If
 * the peer has already left, returns false and does neither.  Before another peer's command runs,
 * the leases of every peer that left before it was sent are released.
 */
bool control_lease_begin(
	struct control_lease *lease, struct control_connection *connection, struct list *leases);

/* Unlinks LEASE, which was linked once; harmless if it no longer is. */
void control_lease_end(struct control_lease *lease);

/*
 * Releases the leases on LEASES that have something; with WAITING also those that wait; and those
 * of CONNECTION (NULL: none) either way.
 */
void control_leases_let_go(
	struct list *leases, bool waiting, const struct control_connection *connection);

/* Frees LEASES when their server, and what they hold, are already gone. */
void control_leases_forget(struct list *leases);

#endif
