/* SPDX-License-Identifier: Apache-2.0 */
/* connection_leave.c - peers that have left, and their leases. */
#include <poll.h>
#include <stdlib.h>

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

static void let_go(struct control_lease *lease)
{
	control_lease_end(lease);
	lease->let_go(lease);
}

void connection_leave(struct control_connection *connection)
{
	connection_break(connection);
	connection->over = true;
	while (!list_empty(&connection->leases))
		let_go(CONTAINER_OF(connection->leases.next, struct control_lease, of_connection));
}

static struct control_connection *find_left(const struct control_server *server)
{
	list_for_each (link, &server->connections) {
		struct control_connection *connection = CONTAINER_OF(
			link, struct control_connection, link);

		if (!list_empty(&connection->leases) && connection_hung_up(connection))
			return connection;
	}
	return NULL;
}

/* Releasing a lease may end other requests, so the list is read anew after each. */
void connections_see_who_left(struct control_server *server)
{
	struct control_connection *connection;

	while ((connection = find_left(server)))
		connection_leave(connection);
}

bool control_lease_begin(
	struct control_lease *lease, struct control_connection *connection, struct list *leases)
{
	if (control_connection_has_left(connection))
		return false;
	lease->connection = connection;
	list_append(&connection->leases, &lease->of_connection);
	if (leases)
		list_append(leases, &lease->link);
	return true;
}

void control_lease_end(struct control_lease *lease)
{
	if (list_is_linked(&lease->of_connection))
		list_remove(&lease->of_connection);
	if (list_is_linked(&lease->link))
		list_remove(&lease->link);
}

static struct control_lease *find_to_let_go(
	struct list *leases, bool waiting, const struct control_connection *connection)
{
	list_for_each (link, leases) {
		struct control_lease *lease = CONTAINER_OF(link, struct control_lease, link);

		if (!lease->request || waiting || lease->connection == connection)
			return lease;
	}
	return NULL;
}

void control_leases_let_go(
	struct list *leases, bool waiting, const struct control_connection *connection)
{
	struct control_lease *lease;

	while ((lease = find_to_let_go(leases, waiting, connection)))
		let_go(lease);
}

void control_leases_forget(struct list *leases)
{
	struct list *link;

	while ((link = list_pop(leases)))
		free(CONTAINER_OF(link, struct control_lease, link));
}
