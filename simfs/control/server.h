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

	/* For control_connection_on_close(). */
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
 * Called from the event loop when the connection that it was tied to is over;
 * it is then tied to nothing.  Embedded in what the connection holds.
 */
struct control_close_hook {
	void (*closed)(struct control_close_hook *hook);
	struct list link;
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
 * that the kernel has no room for are lost.  Their hooks run from the event
 * loop, which is to be run until control_server_idle().  Whoever waits for the
 * end of the volume sees it now: what must be over by then comes before.
 */
void control_server_close(struct control_server *server);

/* True when, after control_server_close(), nothing is under way and every request was answered. */
bool control_server_idle(const struct control_server *server);

/*
 * SERVER is idle; or its ring is gone, and then its connections go without a
 * word: no hook runs, and no request may be answered any more.  NULL is fine.
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
 * Ties HOOK (its `closed` is set) to CONNECTION.  Returns false, and ties
 * nothing, when the peer has left already.  No command of another peer acts
 * before those hooks were called of whoever left before it was sent.
 */
bool control_connection_on_close(
	struct control_connection *connection, struct control_close_hook *hook);

/* Unties HOOK, which was tied once; harmless when it is tied to nothing any more. */
void control_close_hook_cancel(struct control_close_hook *hook);

#endif
