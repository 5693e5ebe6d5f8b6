/* SPDX-License-Identifier: Apache-2.0 */
/* connection_leave.c - a peer that has left, and who is told of it. */
#include <poll.h>

#include "simfs/control/connection.h"
#include "simfs/control/server_internal.h"

bool connection_hung_up(const struct control_connection *connection)
{
	struct pollfd poll_fd = { .fd = connection->fd };

	return poll(&poll_fd, 1, 0) > 0;
}

bool control_connection_has_left(const struct control_connection *connection)
{
	return connection->over || connection_hung_up(connection);
}

void connection_leave(struct control_connection *connection)
{
	struct list *link;

	connection_break(connection);
	connection->over = true;
	while ((link = list_pop(&connection->hooks))) {
		struct control_close_hook *hook = CONTAINER_OF(
			link, struct control_close_hook, link);

		hook->closed(hook);
	}
}

static struct control_connection *find_left(const struct control_server *server)
{
	list_for_each (link, &server->connections) {
		struct control_connection *connection = CONTAINER_OF(
			link, struct control_connection, link);

		if (!list_empty(&connection->hooks) && connection_hung_up(connection))
			return connection;
	}
	return NULL;
}

/* A hook may end other requests, so the list is read anew after each. */
void connections_see_who_left(struct control_server *server)
{
	struct control_connection *connection;

	while ((connection = find_left(server)))
		connection_leave(connection);
}

bool control_connection_on_close(
	struct control_connection *connection, struct control_close_hook *hook)
{
	if (control_connection_has_left(connection))
		return false;
	list_append(&connection->hooks, &hook->link);
	return true;
}

void control_close_hook_cancel(struct control_close_hook *hook)
{
	if (list_is_linked(&hook->link))
		list_remove(&hook->link);
}
