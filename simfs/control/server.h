/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - serves a volume's control socket (protocol.h) on the volume's ring.
 *
 * It knows the wire and nothing of volumes: what a command does is in the
 * table that it was given.  Nothing here blocks, and nothing that a peer sends
 * or leaves unread harms the volume.
 */
#ifndef SNAPRIG_CONTROL_SERVER_H
#define SNAPRIG_CONTROL_SERVER_H

#include <stdbool.h>

#include <jansson.h>

#include "simfs/base/list.h"
#include "simfs/blockio/ring.h"

/* Requests of one connection that wait for their answer; one more is refused with EBUSY. */
#define CONTROL_REQUESTS_MAX 64

struct control_server;
struct control_connection;
struct control_command;

/*
 * A request under way: from its command's run() until exactly one of
 * control_request_answer() and control_request_refuse(), which end its life.
 * It outlives its connection: when the peer is gone the answer is dropped.
 */
struct control_request {
	/* The whole object that was sent; lent to the command. */
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

	/* The arguments that it knows, NULL-terminated; NULL: none.  A request
	 * with another one is refused before it comes to run(). */
	const char *const *arguments;

	/* Optional.  Not the server's: for a run() that several commands share. */
	void (*act)(struct control_request *request, void *context);
};

/*
 * What a peer has until it is let go, or leaves: the first thing in what the command
 * allocated for it with malloc().
 *
 *	waits	`request` is still to be answered
 *	has	`request` is NULL: it was answered
 */
struct control_lease {
	/* Required.  Ends what the peer has, answers a request that waits, and frees.
	 * Called when the connection is over, from the event loop, or by
	 * control_leases_let_go(); the lease is then tied to nothing. */
	void (*let_go)(struct control_lease *lease);
	struct control_request *request;

	/* The rest is the server's. */
	const struct control_connection *connection;
	struct list of_connection;
	struct list link; /* of the list that control_lease_begin() was given */
};

/*
 * Binds STATE_SOCKET (mode 0600) in the folder and listens.  The socket file
 * of a dead rig is replaced; returns -EADDRINUSE when its rig still answers,
 * -EEXIST when the name is taken by something else, or -errno.
 * COMMANDS ends with a NULL name; it and CONTEXT outlive the server.
 */
int control_server_create(struct ring *ring, int state_folder_fd,
	const struct control_command *commands, void *context, struct control_server **ret);

/*
 * Accepts no more, removes the socket file and ends every connection; answers
 * that the kernel has no room for are lost.  Their leases are let go from the event
 * loop, which is to be run until control_server_idle().  Whoever waits for the
 * end of the volume sees it now: what must be over by then comes before.
 */
void control_server_close(struct control_server *server);

/* True when, after control_server_close(), nothing is under way and every request was answered. */
bool control_server_idle(const struct control_server *server);

/*
 * SERVER is idle; or its ring is gone, and then its connections go without a
 * word: no lease is let go, and no request may be answered any more.  NULL is fine.
 */
void control_server_destroy(struct control_server *server);

/* Answers REQUEST with RESULT (stolen; NULL stands for {}). */
void control_request_answer(struct control_request *request, json_t *result);

/* Answers REQUEST with ERROR (-errno) and a message for people. */
__attribute__((format(printf, 3, 4))) void control_request_refuse(
	struct control_request *request, int error, const char *format, ...);

/* Whether the peer is gone; one that only sends no more is not. */
bool control_connection_has_left(const struct control_connection *connection);

/*
 * Ties LEASE (its `let_go` is set) to CONNECTION, and puts it on LEASES (NULL: on no list).
 * Returns false, and does neither, when the peer has left already.  No command of another
 * peer acts before what those had was let go who left before it was sent.
 */
bool control_lease_begin(
	struct control_lease *lease, struct control_connection *connection, struct list *leases);

/* Unties LEASE, which was tied once; harmless when it is tied to nothing any more. */
void control_lease_end(struct control_lease *lease);

/*
 * Lets go those of LEASES that have something; also those that wait when WAITING, or when
 * they are of CONNECTION (NULL: no one).
 */
void control_leases_let_go(
	struct list *leases, bool waiting, const struct control_connection *connection);

/* Frees LEASES when what they have is gone already, and their server. */
void control_leases_forget(struct list *leases);

#endif
